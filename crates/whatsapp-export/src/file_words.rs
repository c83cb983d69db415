//! WhatsApp's own words for files: attached ones, and ones that the export left out. As in `words`.

/// A file of any kind that an Android export left out, between `<` and `>`.
#[rustfmt::skip]
pub(crate) const MEDIA: &[&str] = &[
    "archivo omitido", "bez multivides", "bỏ qua media", "bỏ qua tệp phương tiện",
    "conținut media omis", "datoteke izpuščene", "fayl o‘tkazib yuborildi", "ficheiro não revelado",
    "fichier omis", "fitxers multimèdia omesos", "hiányzó médiafájl", "media dikecualikan",
    "media disingkirkan", "media har utelämnats", "media imerukwa", "media jätettiin pois",
    "media jätetty pois", "media omessi", "media omesso", "media omitted", "media tidak disertakan",
    "media utelatt", "media utelämnat", "media weggelaat", "media weggelaten", "media çıxarılmışdır",
    "mediefil udeladt", "medien ausgeschlossen", "medien weggelassen", "medier udeladt",
    "medij izpuščen", "medija praleista", "medijski zapis izostavljen", "medya atlanmış",
    "medya dahil edilmedi", "meedia välja jäetud", "meedia ära jäetud", "mitjans omesos",
    "multimedia omitido", "média elhagyva", "média vynechána", "média vynechány", "médias omis",
    "médiá vynechané", "mídia omitida", "nav iekļauta multivide", "pa media", "pliki pominięto",
    "pominięto multimedia", "praleistas medijos turinys", "uten vedlegg", "walang kalakip na media",
    "εξαίρεση πολυμέσων", "без медиафайлов", "без файл", "без фајл", "медиафайлы пропущены",
    "медији су изостављени", "медіа пропущено", "файл пропущен", "файл қосылған жоқ", "המדיה לא נכללה",
    "מדיה הושמטה", "تم استبعاد الوسائط", "رسانه حذف شد", "میڈیا چھوڑ دیا گیا", "پيوست نما/آهنگ حذف شد",
    "मीडिया के बिना", "मीडिया वगळले", "মিডিয়া বাদ দেওয়া হয়েছে", "ਮੀਡੀਆ ਛੱਡਿਆ ਗਿਆ", "મીડિયા અવગણાયું",
    "ஊடகங்கள் நீக்கப்பட்டது", "మాధ్యమం విస్మరించబడింది", "ಮೀಡಿಯಾ ಕೈಬಿಡಲಾಗಿದೆ", "മീഡിയ ഒഴിവാക്കി",
    "สื่อถูกลบ", "ไฟล์สื่อถูกลบ", "メディアなし", "メディアは含まれていません", "忽略多媒體檔", "省略多媒体文件", "미디어 파일 제외됨",
    "미디어 파일을 생략한 대화내용",
];

/// Before the name of a file, `<attached: name>`.
#[rustfmt::skip]
pub(crate) const ATTACHED_IOS: &[&str] = &[
    "adjunt", "adjunto", "allegato", "anexado", "anexo", "angehängt", "anhang", "atașare", "attached",
    "bifogat", "bijgevoegd", "bijlage", "ceangailte", "csatolva", "dilampir", "eklendi", "liite",
    "pièce jointe", "priloženo", "príloha", "příloha", "terlampir", "vedhæftet", "vedlagt",
    "załączono", "đính kèm", "επισυνάφθηκε", "додано", "прикреплено", "מצורף", "المُرفق", "پیوست",
    "پیوستہ", "अटैच किया गया", "संलग्न केले", "જોડાયેલ", "แนบ", "添付ファイル", "附件", "첨부됨",
];

/// After the name of a file, `name (file attached)`.
#[rustfmt::skip]
pub(crate) const ATTACHED_ANDROID: &[&str] = &[
    "archivo adjuntado", "arquivo anexado", "arxiu adjunt", "bestand bijgevoegd", "bifogad fil",
    "byla prisegta", "datei angehängt", "datoteka u privitku", "dosya ekli", "fail dilampirkan",
    "fail lisatud", "faili limeambatanishwa", "fayl biriktirildi", "fayl əlavə olunub",
    "ficheiro anexado", "fichier joint", "fil vedhæftet", "file allegato", "file attached",
    "file terlampir", "fișier atașat", "fájl csatolva", "liitetiedosto", "lêer aangeheg",
    "nakalakip na file", "pievienots fails", "priložena datoteka", "skedë e ngjitur",
    "soubor byl přiložen", "súbor pripojený", "tệp đính kèm", "vedlagt fil", "załączony plik",
    "συνημμένο αρχείο", "прикачен файл", "прикачен фајл", "прикачена датотека", "файл добавлен",
    "файл додано", "қосымша файл", "קובץ מצורף", "الملف مرفق", "پیوست شد", "پیوستہ فائل",
    "फाइल अटैच कर दी गई है", "फाइल संलग्न", "ফাইল সংযুক্ত হয়েছে", "ਅਟੈਚ ਕੀਤੀ ਫਾਇਲ", "ફાઇલ જોડાયેલ",
    "இணைக்கப்பட்டத", "ணைக்கப்பட்டத", "ఫైల్ జోడించబడినది", "ಕಡತ ಸೇರಿಸಲಾಯಿತು", "ഫയൽ ചേർത്തു",
    "ไฟล์ที่แนบ", "文件附件", "添付ファイル有り", "附件檔案", "파일 첨부됨",
];

/// A file of a known kind that an iPhone export left out, with the kind.
#[rustfmt::skip]
pub(crate) const LEFT_OUT: &[(&str, &[&str])] = &[
    ("image", &[
        "afbeelding weggelaten", "bild utelämnad", "bild utesluten", "bild weggelassen",
        "bilde ikke inkludert", "bilde utelatt", "billede udeladt", "ei kuvaa", "foto udeladt",
        "gambar tidak disertakan", "görüntü dahil edilmedi", "image absente", "image omitted",
        "imagem não revelada", "imagem ocultada", "imagen omitida", "imagine omisă", "imatge omesa",
        "imej tidak dimasukkan", "immagine omessa", "kép küldése sikertelen", "obraz pominięty",
        "obrázek vynechán", "obrázok vynechaný", "slika izostavljena", "íomhá ligthe ar lár",
        "đã bỏ qua hình ảnh", "εικόνα παραλείφθηκε", "зображення відсутнє", "изображение отсутствует",
        "התמונה הושמטה", "تصویر حذف شد", "تصویر نکال دی گئی ہے", "لم يتم إدراج الصورة", "इमेज वगळली",
        "फ़ोटो हटाई गई", "ইমেজ বাদ দেওয়া হয়েছে", "છબી પડતી મૂકાઈ", "ไม่มีรูปภาพ", "圖像已省略", "圖片已略去",
        "照片已忽略", "画像は含まれていません", "이미지 생략됨",
    ]),
    ("video", &[
        "clip video omis", "físeán ligthe ar lár", "video dahil edilmedi", "video izostavljen",
        "video note omitted", "video omesso", "video omitido", "video omitted",
        "video tidak dimasukkan", "video tidak disertakan", "video udeladt", "video utelatt",
        "video utesluten", "video vynechané", "video vynecháno", "video weggelassen",
        "video weggelaten", "videobesked udeladt", "videonotiz weggelassen", "videota ei sisällytetä",
        "videó kihagyva", "vidéo absente", "vídeo não revelado", "vídeo omitido", "vídeo omès",
        "wideo pominięte", "đã bỏ video", "βίντεο παραλείφθηκε", "видео отсутствует", "відео відсутнє",
        "סרטון הווידאו הושמט", "لم يتم إدراج الفيديوهات", "ویدیو حذف شد", "ویڈیو نظرانداز",
        "वीडियो छोड़ा गया", "व्हिडीओ वगळला", "ভিডিও বাদ দেওয়া হয়েছে", "વિડિયો પડતી મુકાઈ",
        "วิดีโอถูกลบ", "ビデオは含まれていません", "影片已略去", "影片已省略", "视频已忽略", "비디오 생략됨",
    ]),
    ("audio", &[
        "audio omesso", "audio omis", "audio omitido", "audio omitted", "audio pominięte",
        "audio tidak dimasukkan", "audio tidak disertakan", "audio weggelassen", "audio weggelaten",
        "bỏ qua tệp âm thanh", "comhad fuaime ar lár", "ficheiro de áudio não revelado", "fără audio",
        "hang kihagyása", "ljud utelslutet", "lyd udeladt", "lyd utelatt", "lydbesked udeladt",
        "ses dahil edilmedi", "talebesked udeladt", "voice message omitted", "zvuk izostavljen",
        "zvuk vynechaný", "zvukový soubor vynechán", "àudio omès", "áudio ocultado",
        "äänitiedostoa ei sisällytetä", "ήχος παραλείφθηκε", "аудиофайл отсутствует", "аудіо відсутнє",
        "קטע קול הושמט", "آڈیو نظرانداز", "صدا حذف شد", "لم يتم إدراج المقاطع الصوتية", "ऑडिओ वगळला",
        "ऑडियो हटाई गयी", "অডিও বাদ দেওয়া হয়েছে", "ઓડિયો ફાઇલ શામેલ કરી નથી", "ไม่มีไฟล์เสียง",
        "音声は含まれていません", "音訊已略去", "音訊已省略", "音频已忽略", "오디오 생략됨",
    ]),
    ("sticker", &[
        "adhesiu omès", "figurinha omitida", "fágadh an greamán ar lár", "klistermærke udeladt",
        "klistremerke utelatt", "matrica kihagyva", "naljepnica izostavljena", "nálepka vynechaná",
        "nálepka vynechána", "pelekat tidak disertakan", "pominięto naklejkę", "sticker non incluso",
        "sticker não revelado", "sticker omis", "sticker omitido", "sticker omitted",
        "sticker utesluten", "sticker weggelassen", "sticker weggelaten", "stiker tidak disertakan",
        "tarraa ei sisällytetty", "çıkartma dahil edilmedi", "đã bỏ sticker",
        "αυτοκόλλητο παραλήφθηκε", "наклейку не додано", "стикер не добавлен", "סטיקר הושמט",
        "استیکر حذف شد", "اسٹیکر نظرانداز", "تم حذف الملصقات", "स्टिकर छोड़ा गया", "स्टिकर वगळले",
        "স্টিকার বাদ দেওয়া হয়েছে", "સ્ટીકર પડતું મુકાયું", "ไม่มีสติกเกอร์", "スタンプは含まれていません", "貼圖已忽略",
        "貼圖已略去", "贴图已省略", "스티커 제외됨",
    ]),
    ("gif", &[
        "gif dahil edilmedi", "gif esclusa", "gif fájl kihagyása", "gif izostavljen",
        "gif ligthe ar lár", "gif não revelada", "gif omis", "gif omitido", "gif omitted", "gif omès",
        "gif retiré", "gif tidak dimasukkan", "gif tidak disertakan", "gif udeladt", "gif utelatt",
        "gif utesluten", "gif vynechaný", "gif vynechán", "gif weggelassen", "gif weggelaten",
        "gif отсутствует", "gif הושמט", "gif حذف شد", "gif نظرانداز", "gif छोड़ा गया", "gif वगळले",
        "gif પડતી મૂકાઈ", "gif 动态图已被忽略", "gif 圖片已被省略", "gif 已略去", "gif 생략됨",
        "gif-animaatio jätetty pois", "gif-анімацію пропущено", "gifは含まれていません", "plik gif pominięty",
        "đã bỏ qua ảnh gif", "παράληψη gif", "لم يتم إدراج صورة gif", "জিআইএফ বাদ দেওয়া হয়েছে",
        "ละเว้น gif",
    ]),
    ("contact", &[
        "bỏ qua thẻ liên lạc", "carte de vizită contact omisă", "cartão do contato omitido",
        "contact card omitted", "contacto não revelado", "cárta teagmhála ar lár",
        "fiche contact manquante", "kad kenalan tidak dimasukkan", "karta kontaktu vynechaná",
        "kartu kontak tidak disertakan", "kişi kartı dahil edilmedi", "kontaktkarte ausgelassen",
        "kontaktkort sløyfet", "kontaktkort udeladt", "kontaktkort uteslutet",
        "névjegykártya kihagyva", "pominięta wizytówka kontaktu", "posjetnica izostavljena",
        "scheda contatto omessa", "targeta de contacte omesa", "tarjeta de contacto omitida",
        "visitekaartje weggelaten", "vizitka vynechána", "yhteystietokortti jätettiin pois",
        "η κάρτα επαφής παραλήφθηκε", "картка контакту відсутня", "карточка контакта отсутствует",
        "כרטיס איש קשר הושמט", "برگ مخاطب حذف شد", "رابطہ کارڈ نظر انداز",
        "لم يتم إدراج بطاقة جهة اتصال", "कॉन्टैक्ट कार्ड छोड़ा गया", "संपर्क कार्ड वगळले",
        "পরিচিতির কার্ড বাদ দেওয়া হয়েছে", "સંપર્કનું કાર્ડ પડતું મૂકાયું", "บัตรรายชื่อที่ละเว้น",
        "联系人卡片已忽略", "聯絡人卡片已略去", "聯絡人卡片已省略", "連絡先カードを省略", "연락처 카드 생략됨",
    ]),
    ("document", &[
        "belge dahil edilmedi", "cáipéis ligthe ar lár", "document manquant", "document omis",
        "document omitted", "document omès", "document weggelaten", "documento não revelado",
        "documento omesso", "documento omitido", "dokumen tidak dimasukkan",
        "dokumen tidak disertakan", "dokument izostavljen", "dokument pominięty", "dokument udeladt",
        "dokument uteslutet", "dokument vynechaný", "dokument vynechán", "dokument weggelassen",
        "dokumenttia ei sisällytetä", "dokumentum kihagyva", "utelatt dokument", "đã bỏ qua tài liệu",
        "έγγραφο παραλείφθηκε", "документ отсутствует", "документ пропущено", "מסמך הושמט",
        "دستاویز نظرانداز", "سند حذف شد", "لم يتم إدراج المستند", "डॉक्युमेंट वगळले",
        "डॉक्यूमेंट छोड़ा गया", "ডকুমেন্ট বাদ দেওয়া হয়েছে", "ડોક્યુમેન્ટ સામેલ કર્યું નહિ",
        "ละเว้นเอกสาร", "ドキュメントは含まれていません", "文件已忽略", "文件已略去", "文档已省略", "문서 생략됨",
    ]),
];
