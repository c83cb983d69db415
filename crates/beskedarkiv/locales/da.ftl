### Alt, hvad programmet siger, på dansk. Nøglerne er de samme som i en.ftl; en test holder dem ens.

## Hjælp: ramme

heading-usage = Brug:
heading-commands = Kommandoer
heading-arguments = Argumenter
heading-options = Tilvalg
heading-common = Fælles tilvalg
value-command = KOMMANDO
value-options = TILVALG
man-name = NAVN
man-synopsis = SYNOPSIS
man-description = BESKRIVELSE
man-notes = BEMÆRKNINGER
man-exit = Afslutningskoder

## Hjælp: kommandoer

cmd-program = Læser, sorterer, forsegler og dokumenterer tekstbeskeder fra statslige myndigheder
more-program =
    Kom i gang:  beskedarkiv demo

    Arkiv og nøglelager kan også stå i BESKEDARKIV_ARCHIVE og BESKEDARKIV_KEYS eller i
    ~/.config/beskedarkiv/config.toml (archive, keys, holding, passphrase-file, identity, operator,
    seen, lang).
    Adgangskoder gives i en fil eller tastes ind, når der spørges; aldrig som argument.
    Navne, numre og søgeord kan stå direkte, i en fil (@FIL) eller på standardinput (-).

    Afslutningskoder:
      0  udført, intet at se på
      1  intern fejl
      2  forkert brug
      3  udført, men der er noget, et menneske skal se på
      4  kilden kan ikke læses, forkert adgangskode, eller ukendt kilde
      5  noget er ændret eller beskadiget
      6  afvist af regler eller rettigheder
      7  optaget: et andet program skriver i arkivet
    130  afbrudt; kan trygt gentages
cmd-retention = Reglerne for, hvor længe en besked gemmes
cmd-retention-explain = Forklarer, hvor længe én besked gemmes, og hvorfor
more-retention-explain =
    Stillinger: minister, saerlig-raadgiver, departementschef, afdelingschef, kommitteret,
    kontorchef, direktoer, vicedirektoer, chef, kontorleder, fuldmaegtig, medarbejder.

    Eksempel:
      beskedarkiv retention explain --post kontorchef --authority-kind styrelse --pay-grade 37 \
        --sent-at 2026-01-31 --event resigned:2027-05-31
cmd-completions = Skriver et script, der lader skallen fuldføre kommandoer
cmd-man = Skriver manualsider: i en mappe, eller programmets egen side på standardoutput
cmd-help = Viser hjælp til en kommando

## Hjælp: tilvalg

arg-json = Skriv ét JSON-objekt i stedet for tekst
arg-quiet = Skriv ingen rapport og ingen bemærkninger; fejl skrives altid
arg-lang = Sprog for beskeder og rapporter; ellers efter landestandarden
arg-config = Læs denne konfigurationsfil
arg-log = Log på standardfejl: kun antal og tider, aldrig indhold
arg-help = Vis hjælp (-h kort, --help med det hele)
arg-version = Vis version
arg-post = Stilling, da beskeden blev sendt eller modtaget
arg-authority-kind = Slags myndighed: departement, styrelse eller anden
arg-pay-grade = Lønramme
arg-sent-at = Hvornår beskeden blev sendt: dato eller tidspunkt
arg-received-at = Hvornår beskeden blev modtaget; gør den til en indgående besked
arg-event = Hændelse: resigned, phone-changed, lossy-update eller retired-post, og dens dato; kan gentages
arg-custodian-event-event = Hændelse: resigned, phone-changed, lossy-update, retired-post og dens dato, eller no-copy og måneden: no-copy:2026-05
arg-policy = Fil med myndighedens valg, hvor reglerne ikke er klare (TOML)
arg-shell = Skal
arg-dir = Mappe
arg-command = Kommando

## Forkert brug

usage-unknown-flag = ukendt tilvalg { $flag }
usage-one-too-many = et argument for meget
usage-unknown-command = ukendt kommando
usage-missing-command = der mangler en kommando
usage-missing = der mangler { $flag }
usage-conflict = { $flag } kan ikke stå sammen med { $other }
usage-missing-value = { $flag } mangler en værdi
usage-bad-value = { $flag }: værdien passer ikke ({ $why })
usage-utf8 = et argument er ikke gyldig UTF-8
usage-other = kommandolinjen kan ikke forstås
next-usage = Se, hvad kommandoen tager imod, med --help.
next-usage-like = Mente du { $like }?

## Spørgsmål

ask-operator = Adgangskode til arkivet:
ask-witness = Vidnets adgangskode:
ask-copy = Adgangskode til kopien af nøglelageret:
ask-second = Den anden operatørs adgangskode:
ask-new = Ny adgangskode:
ask-again = Samme adgangskode igen:
ask-source = Adgangskode til sikkerhedskopien:

## Bemærkninger

note-secret-readable = bemærk: { $path } kan læses af andre på maskinen; ret det med chmod 600
nothing-here = Der er intet.
note-names-hidden = navne vises kun på en terminal
note-not-remembered = bemærk: operatørens minde om arkivet kunne ikke skrives; sæt seen i konfigurationsfilen til en mappe, der kan skrives i
anchor-not-kept = bemærk: arkivet kunne ikke gemme medunderskriften; den står i det, der er skrevet ud, og hos vidnet

## Fejl, og hvad man så gør

panic = intern fejl i { $place }
error-internal = intern fejl: { $what }
next-internal = En kørsel er i arkivet helt eller slet ikke, så kommandoen kan gentages. Send linjen ovenfor til dem, der vedligeholder programmet.
error-output = kan ikke skrive resultatet: { $why }
next-output = Se efter, om disken er fuld, og gentag kommandoen.
error-interrupted = afbrudt
next-interrupted = Intet er halvt gjort; kommandoen kan trygt gentages.
error-write = { $path }: kan ikke skrive ({ $why })
next-write = Vælg en mappe, der må skrives i.
error-no-command = der er ingen kommando med det navn
next-no-command = Se kommandoerne med beskedarkiv --help.
error-policy-file = { $path }: kan ikke bruges som regelfil ({ $why })
next-policy-file = Ret filen; docs/RETENTION.md viser, hvad der kan stå i den.
error-bad-value = { $what }: værdien passer ikke ({ $why })
next-bad-value = Ret værdien, og prøv igen; --help viser, hvad der kan stå.
error-input-file = { $path }: linje { $line }: { $why }
next-input-file = Ret filen, eller giv en anden; linje 0 er filen som helhed.
error-config-unreadable = { $path }: konfigurationsfilen kan ikke læses ({ $why })
next-config-unreadable = Ret stien efter --config, eller udelad den.
error-config-fault = { $path }: linje { $why } i konfigurationsfilen passer ikke
next-config-fault = Filen kan indeholde archive, keys, holding, passphrase-file, identity, operator, seen og lang, og intet andet.
error-secret-needed = der mangler en adgangskode, og her er ingen terminal at spørge på
next-secret-needed = Giv { $flag } FIL; filens første linje er adgangskoden.
error-secret-unreadable = { $path }: adgangskoden kan ikke læses ({ $why })
next-secret-unreadable = Ret stien, eller giv dig selv læseadgang til filen.
error-secret-empty = { $path }: første linje er tom
next-secret-empty = Skriv adgangskoden på filens første linje.
error-secret-encoding = { $path }: adgangskoden er ikke gyldig UTF-8
next-secret-encoding = Gem filen som UTF-8.
error-secret-differs = de to adgangskoder er ikke ens
next-secret-differs = Prøv igen.
error-fact-empty = { $path }: der står intet
next-fact-empty = Skriv værdien direkte, i en fil (@FIL) eller på standardinput (-).
error-fact-many = { $path }: der står mere end én linje
next-fact-many = Tilvalget tager én værdi; lad kun én linje stå.
error-fact-unreadable = { $path }: kan ikke læses ({ $why })
next-fact-unreadable = Ret stien efter @. En værdi, der selv begynder med @, skrives med @@.
error-fact-encoding = { $path }: er ikke gyldig UTF-8
next-fact-encoding = Gem filen som UTF-8.

## Ord, som andre dele af programmet siger på engelsk

word-entity-not-found = findes ikke
word-not-an-answer-of-a-time-stamping-authority--or-a-damaged-one = ikke et svar fra en tidsstempelmyndighed, eller et beskadiget
word-the-time-stamp-is-of-something-else = tidsstemplet er af noget andet
word-the-signature-on-the-time-stamp-does-not-hold = underskriften på tidsstemplet holder ikke
word-the-certificate-may-not-stamp-times--or-was-not-valid-at-that-time = certifikatet må ikke stemple tid, eller var ikke gyldigt på det tidspunkt
word-no-trusted-certificate-vouches-for-the-authority = intet certifikat, du stoler på, står inde for myndigheden
word-not-a-proof--or-a-damaged-one = ikke et bevis, eller et beskadiget
word-the-header-is-not-of-a-segment-of-this-archive = leddet er ikke en del af det nævnte arkiv
word-the-records-are-not-what-the-header-commits-to = beskederne er ikke dem, leddet er bundet til
word-the-header-is-not-in-the-log-that-the-checkpoint-signs = leddet er ikke i den underskrevne kæde
word-no-trusted-key-signed-the-checkpoint = ingen betroet nøgle har underskrevet
word-the-signature-on-the-checkpoint-is-wrong = underskriften passer ikke
word-permission-denied = ingen adgang
word-entity-already-exists = findes allerede
word-not-a-directory = ikke en mappe
word-is-a-directory = er en mappe
word-no-storage-space = disken er fuld
word-read-only-filesystem-or-storage-medium = mediet kan kun læses
word-resource-busy = optaget

## Rapporter

yes = ja
no = nej
done-man = Manualsiderne ligger i { $path }
explain-class = Klasse
explain-years = År
explain-monthly-copy = Månedlig kopi
explain-ends-on-departure = Slutter ved fratrædelse
explain-retain-until = Gemmes til og med
explain-disposal-from = Kan slettes fra
explain-rules = Regler

cmd-demo = Viser det hele på en lille krypteret sikkerhedskopi, som programmet selv laver
more-demo =
    Laver i mappen: backup, archive, keys, holding og export, og tre filer: passphrase.txt med
    operatørens adgangskode, backup-passphrase.txt med sikkerhedskopiens og trusted-keys med den
    nøgle, beviserne i udleveringen efterprøves med. Alt i den er opdigtet. Uden DIR bruges
    beskedarkiv-demo i den mappe, du står i.

    Prøv bagefter:
      beskedarkiv inspect --backup-passphrase-file DIR/backup-passphrase.txt DIR/backup
      beskedarkiv verify --archive DIR/archive --keys DIR/keys --passphrase-file DIR/passphrase.txt
      beskedarkiv verify --trusted-keys DIR/trusted-keys \
        --proof DIR/export/data/proofs/0000001.proof
cmd-init = Laver et tomt arkiv og dets nøglelager
cmd-custodian = Registret over dem, hvis beskeder gemmes
cmd-custodian-add = Opretter en person i registret
cmd-custodian-list = Viser registret
cmd-custodian-show = Viser én person
cmd-custodian-role = Giver en person en stilling i en periode
cmd-custodian-device = Registrerer en telefon eller et nummer
cmd-custodian-event = Registrerer en hændelse: fratrædelse, telefonskift m.m.
cmd-custodian-end = Sætter sidste dag for en stilling, en telefon eller et nummer
more-custodian-end =
    FACT er tallet i parentes foran oplysningen i custodian show; med --show-names ses det, hvilken
    telefon eller hvilket nummer den er om.
cmd-custodian-withdraw = Trækker en forkert oplysning tilbage; begge led bliver stående i kæden
cmd-policy = De valg, som retningslinjerne overlader til myndigheden
cmd-policy-show = Viser de valg, arkivet er ført efter, det gældende sidst
cmd-policy-set = Sætter nye valg i kraft for de følgende kopier
hold-placed = Fastholdelsen har nummer { $hold }. Intet, den dækker, kan slettes.
hold-phones = Fastholdelse { $hold }: er automatisk sletning på telefonerne standset? Notér det med hold note.
hold-noted = Noteret ved fastholdelse { $hold }.
hold-released = Fastholdelse { $hold } er ophævet; den virker til { $date }.
dispose-waiting = Plan { $plan } efter dagen { $date }: beskeder { $messages }, godkendelser { $approvals }.
dispose-planned = Plan { $plan } efter dagen { $date }: lad to personer godkende den med dispose approve.
dispose-nothing = Efter dagen { $date } er der intet, der må slettes.
dispose-barred = Fristen er udløbet, men må ikke slettes:
dispose-approved = Godkendt: { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  }. Godkendelser i alt: { $approvals ->
    [one] 1. En anden person skal også godkende.
   *[other] { $approvals }.
  }
dispose-done = Slettet: led { $entry }. Nøgler og indhold er væk fra arkivet og nøglelageret.
dispose-pending = Afventer: { $copy }
dispose-confirmed = Noteret ved sletningen i led { $entry }.
dispose-decided = Afgørelsen står i led { $entry }.
dispose-day = Dagen { $date } er bekræftet i led { $entry }.
dispose-state-begun = Led { $entry }, { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  }: påbegyndt; kør dispose run.
dispose-state-pending = Led { $entry }, { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  }: slettet her, afventer kopier.
dispose-state-final = Led { $entry }, { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  }: endelig.
split-again = Den nye nøgle ligger hel i nøglelageret, og den forrige var delt. Del den igen: key split og derefter key custody finish.
request-approved = Godkendt. Godkendelser i alt: { $approvals ->
    [one] 1. En anden person skal også godkende.
   *[other] { $approvals }.
  }
erase-asked = Anmodning { $request }: lad en anden person godkende den med erase approve, og kør så erase run.
erase-alike = Den samme besked, som anmodningen ikke nævner: { $message }
erase-waiting = Anmodning { $request }, afgørelse { $decision }: { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }, { $approvals ->
    [one] 1 godkendelse
   *[other] { $approvals } godkendelser
  }.
erase-done = Slettet: led { $entry }. Beskeder, salte og bundtets gamle nøgle er væk fra arkivet og nøglelageret.
erase-state-begun = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: påbegyndt; kør erase run.
erase-state-pending = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: slettet her, afventer kopier.
erase-state-final = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: endelig.
restamp-nothing = Hver besked, der kunne åbnes, har den frist, registret giver.
restamp-asked = Anmodning { $request }: intet skal slettes tidligere. Udfør den med restamp run.
restamp-asked-two = Anmodning { $request }: beskeder skal slettes tidligere. Lad en anden person godkende den med restamp approve, og kør så restamp run.
restamp-waiting = Anmodning { $request }: intet skal slettes tidligere.
restamp-waiting-two = Anmodning { $request }: beskeder skal slettes tidligere; { $approvals } af to godkendelser.
restamp-done = Led { $entry }: { $n ->
    [one] 1 besked
   *[other] { $n } beskeder
  } i { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  } har fra nu af en anden frist.
transfer-asked = Anmodning { $request }: lad en anden person godkende den med transfer approve, og kør så transfer run.
transfer-waiting = Anmodning { $request }, afgørelse { $decision }: { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  } fra { $from } til { $to }, { $approvals ->
    [one] 1 godkendelse
   *[other] { $approvals } godkendelser
  }.
transfer-done = Flyttet: led { $entry }. Intet af det, og ingen gammel nøgle, er tilbage, hvor det lå.
transfer-state-begun = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: påbegyndt; kør transfer run.
transfer-state-pending = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: flyttet her, afventer kopier.
transfer-state-final = Led { $entry }, afgørelse { $decision }, { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  }: endelig.
handover-key = Nøglen er i { $path }: send den til det arkiv, der afleverer.
handover-words = Ord at sammenligne i telefonen: { $words }
handover-asked = Anmodning { $request }: { $buckets ->
    [one] 1 bundt
   *[other] { $buckets } bundter
  } til arkiv { $receiver }. Sammenlign ordene med modtageren, lad en anden person godkende med handover approve, og kør så handover give.
handover-hold = Giverens fastholdelse { $hold } følger med og sættes hos modtageren.
handover-given = Afleveret i led { $entry }: { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  } og { $attachments ->
    [one] 1 vedhæftning
   *[other] { $attachments } vedhæftninger
  }, i { $path }.
handover-digest = Pakkens SHA-256: { $digest }
handover-without = Ikke med: { $withheld } holdt tilbage, { $erased } slettet efter afgørelse, { $disposed } slettet efter frist.
handover-taken = Overtaget i led { $entry } som { $custodian }: { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  } og { $attachments ->
    [one] 1 vedhæftning
   *[other] { $attachments } vedhæftninger
  }.
handover-taken-before = Pakken er overtaget før, i led { $entry } som { $custodian }: { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  } og { $attachments ->
    [one] 1 vedhæftning
   *[other] { $attachments } vedhæftninger
  }. Intet er tilføjet.
handover-receipt = Kvitteringen er i { $path }: send den til det arkiv, der afleverede.
handover-received = Modtageren har { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  }; kvitteringen står i led { $entry }.
handover-let-go = Anmodning { $request }: det, modtageren har, må slettes her. Lad en anden person godkende med erase approve, og kør så erase run.
handover-barred = Intet må slettes her endnu: { $why }. Kør handover finish igen, når det er ovre.
handover-nothing-left = Intet af det er tilbage her.
handover-waiting = Anmodning { $request }, afgørelse { $decision }: { $custodian } til arkiv { $receiver }, { $approvals ->
    [one] 1 godkendelse
   *[other] { $approvals } godkendelser
  }.
handover-state-given = Led { $entry }: { $custodian } til arkiv { $receiver }, { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  }: begge arkiver har dem; kvitteringen ventes.
handover-state-received = Led { $entry }: { $custodian } til arkiv { $receiver }, { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  }: modtaget.
handover-was-taken = Led { $entry }: { $custodian } fra arkiv { $giver }, { $messages ->
    [one] 1 beskedudgave
   *[other] { $messages } beskedudgaver
  }.
register-restamp = Beskeder i { $n ->
    [one] 1 bundt
   *[other] { $n } bundter
  } kan nu have en anden frist; kør restamp request.
status-restamp = Bundter, der kan have en anden frist (restamp)
word-in-force = gælder
word-grace = ophævet, i frist
word-released = ophævet
word-other-copies-of-the-key-store-made-before-the-disposal--not-stated = andre kopier af nøglelageret fra før sletningen: ikke oplyst
more-policy-set =
    FILE er TOML. Det, der ikke nævnes i den, er som her:
      unlisted_chiefs = "keep"            # eller "letter"; se docs/RETENTION.md
      allow_key_destruction = false       # true: to administratorer må destruere alle nøgler
      earliest_plausible = "2007-01-01"   # tidligere tider kommer fra et ur, der ikke var stillet

      {"[sorting]"}
      mode = "sort"                # eller "assist", "rules-only", "off"
      review-days = 30             # dage, noget venter i mellemlageret, 1 til 366
      review-at-most = 35          # så mange af hundrede beskeder kan I læse, 1 til 100
      journalised = "keep"         # eller "leave-out": udelad det, der er journaliseret
      exclude-attachments = false  # true: udelad på teksten alene, også når der er en vedhæftning
      exclude-misdirected = true   # false: spørg om det, der er sendt ved en fejl
      lost-work = 100              # hvad det koster at miste en arbejdsbesked,
      kept-private = 5             # at gemme en privat,
      review = 1                   # og at lade et menneske læse en; mindre end de to andre
cmd-status = Viser, hvilke måneder der er kopier af, hvad kopierne viste, og hvad der venter
cmd-review = Gennemgang af beskeder, der er holdt tilbage
cmd-review-list = Viser, hvor meget der venter, og til hvornår; åbner intet
cmd-review-first = Ejerens eget første gennemsyn: kun ejeren og bisidderen kan åbne det, der holdes tilbage
more-review-first =
    Gives, før kopien indlæses. De nævnte operatører får rettigheden review for personen; alle
    andre, også den der spørger, mister adgangen til netop denne persons beskeder. Hver ændring er
    et led i kæden. Bagefter gives adgangen igen med operator grant; det, der blev holdt tilbage
    imens, kan stadig kun de nævnte åbne.
cmd-review-next = Viser det, der venter, samtale for samtale, og tager imod afgørelser
more-review-next =
    Taster: k gem alle, e udelad alle (e p personale, e v privat, e f fejlsendt),
    2k 3-5e enkelte, u fortryd, n næste, ! en bemærkning, = vis igen, q slut, ? hjælp.
    Flere kan stå på én linje. Hver afgørelse er et led i kæden med navn og tid.
    En besked, ingen har taget stilling til ved fristen, gemmes. Hvor fristen er 25 år, skal to
    personer være enige om at udelade.
    Med --json skrives alt, der venter, og der spørges ikke.
cmd-review-decide = Afgør beskeder ved navn, som review next --json viser dem
cmd-review-settle = Flytter det afgjorte og det forældede: ind i arkivet, eller tilintetgjort
more-review-settle =
    Sker også ved hver ingest. Det, der er besluttet gemt, flyttes straks; resten på fristens dag.
cmd-review-sample = Trækker en stikprøve af det udeladte og bedømmer den blindt
more-review-sample =
    Med --size og --seed trækkes en ny stikprøve; frøet skal være tilfældigt og bestemt, før bunken
    er kendt (terninger, dagens tal), og det noteres i kæden. Uden bedømmes det, der mangler.
    k: beskeden har arbejdsindhold og gemmes; e: den er med rette udeladt.
cmd-review-report = Tal for sorteringen: fordeling, stikprøver og hvad de siger, enighed mellem to
cmd-policy-ceiling = Sætter arkivets loft: den højeste klassifikation, det må rumme
more-policy-ceiling =
    LEVEL er UKL, TTJ, FTR, HEM, YHM eller klassifikationen skrevet helt ud, også NATO's og EU's.
    Uden beslutning er loftet TIL TJENESTEBRUG. Det kan ikke sættes lavere end det, arkivet rummer.
cmd-policy-declassify = Noterer, at udstederen har nedklassificeret en persons beskeder
more-policy-declassify =
    Gælder kun beskeder af netop dette niveau i perioden. Uden --from og --to gælder den alle.
cmd-policy-markings = Viser loftet og alle beslutninger om klassifikation
cmd-media = Registret over medier og enheder i forvaring
more-media =
    Personer, steder og serienumre vises på en terminal eller med --show-names.
    Koder til telefoner registreres aldrig; felter, der ligner en kode, afvises.
cmd-media-add = Optager et medie eller en enhed i registret
cmd-media-list = Viser registret; afslutter med 3, når en udlæsning er for sen
cmd-media-show = Viser ét medie med dets flytninger
cmd-media-move = Noterer en flytning eller overdragelse, og skriver kvitteringen
cmd-media-receipt = Skriver en kvittering eller attest, eller noterer, at kvitteringen kom underskrevet tilbage
cmd-media-read-out = Noterer, at en enhed er udlæst
cmd-media-destroy = Noterer, at et medie er destrueret, og skriver attesten
cmd-operator = Hvem der må hvad
cmd-operator-add = Opretter en operatør, endnu uden rettigheder
cmd-operator-grant = Giver en operatør rettigheder i stedet for dem, den havde
cmd-operator-revoke = Tager alle rettigheder fra en operatør
cmd-operator-list = Viser operatørerne
cmd-operator-review = Viser, hvem der må hvad, siden hvornår, og hvad der ikke er brugt
more-operator-review =
    Til den halvårlige kontrol. En rettighed, der er givet for mere end 183 dage siden og ikke brugt
    siden, fremhæves (afslutningskode 3). Læsning (query) efterlader intet led i kæden.
cmd-inspect = Siger, hvad en kilde er, og hvad der er i den; intet indhold
cmd-read = Skriver en kildes beskeder som JSON Lines; rører intet arkiv
cmd-classify = Sorterer beskeder: arbejde, personale, privat, fejlsendt; rører intet arkiv
more-classify =
    Læser normaliserede beskeder som JSON Lines fra en fil eller standardinput og skriver én
    afgørelse pr. besked i samme rækkefølge. docs/CLASSIFIER.md siger, hvordan der afgøres.

    Eksempel:
      beskedarkiv read KILDE | beskedarkiv classify --contacts kontakter.json --role kontorchef
cmd-classify-train = Træner en model på mærkede samtaler
more-classify-train =
    Mærkede samtaler er .txt-filer som i fixtures/classify eller .jsonl med feltet label.
    De samme filer giver de samme bytes.
cmd-classify-evaluate = Måler sorteringen på mærkede samtaler, som modellen ikke er trænet på
cmd-ingest = Læser en kilde ind i arkivet: hovedopgaven
more-ingest =
    Spørger ikke om operatørens adgangskode: indlæsning kan skrive, men ikke læse.
    Samme kilde igen tilføjer intet. Slutter med en kvittering til udskrift.
cmd-run = Kører en jobfil med flere personer og kilder
more-run =
    Læser hver kilde i jobfilen ind, som ingest gør, uden at spørge om noget. Fejler én, går de
    andre videre. Slutter med 0, med 3, når der er noget, et menneske skal se på, og ellers med
    koden for den første, der fejlede. Hvad der kan stå i jobfilen: beskedarkiv job check --help.
cmd-job = Jobfiler
cmd-job-check = Ser en jobfil efter uden at køre den
more-job-check =
    Ser efter, om arkiv, nøglelager, kilder, adgangskoder og nøglefiler er der, og om personerne er
    i registret; åbner ingen kilde. Slutter med 3, når noget mangler. Jobfilen er TOML. Stier
    regnes fra dens egen mappe, og konfigurationsfilen gælder ikke her:

      archive = "/srv/arkiv"
      keys = "/srv/noegler"
      holding = "/srv/mellemlager"   # ellers "holding" ved siden af nøglelageret
      report = "rapport.json"        # kan udelades: rapporten også i denne fil
      parallel = 2                   # så mange kilder åbnes samtidig, 1 til 16

      {"[[copy]]"}                       # én for hver kilde
      custodian = "minister-1"       # id i registret
      source = "/media/kopi/00008110-000A1B2C3D4E"

      # resten kan udelades
      backup_passphrase_file = "kopi-kode.txt"   # kildens adgangskode
      backup_key_file = "noegle.bin" # kildens nøglefil
      owner = "+4540112233"          # ejerens nummer, hvor kilden ikke selv siger det
      owner_name = "NAVN"            # ejerens navn, som kilden skriver det
      date_order = "dmy"             # eller "mdy", "ymd": datoer, der kan læses på to måder
      zone = "Europe/Copenhagen"     # tidszonen i en eksporteret chat
      mapping = "mapping.toml"       # beskrivelse af en udlæsning fra SMART
      copy_date = "2026-06-01"       # kopiens dato; ellers kildens egen
      mode = "assist"                # eller "sort", "rules-only", "off"; ellers efter politikken
      contacts = "kontakter.json"    # fra adresse eller navn til relation
      journal = "liste.csv"          # journaliserede beskeder
      attest_device = true           # indestå for en ukendt telefon eller et ukendt nummer
cmd-job-units = Skriver det, der får en computer til at køre en jobfil hver måned
more-job-units =
    NAME.service og NAME.timer til systemd, NAME.xml til Windows' opgavestyring. Intet overskrives.
    Linux:    læg de to i /etc/systemd/system, og giv: systemctl enable --now NAME.timer
    Windows:  schtasks /create /tn NAME /xml NAME.xml /ru KONTO
    Jobbet kører den første i måneden, og bagefter, hvis computeren var slukket. Tjenesten når intet
    netværk og skriver kun i jobbets egne mapper. Slutter jobbet med 3, vises det som fejlet: så ser
    nogen det.
cmd-verify = Efterprøver arkivet, uden nøgler eller med
more-verify =
    Uden nøgler: hvert led, hver sum, underskrift og rettighed, og summerne af det gemte. Med
    nøgler: også indholdet. Med --proof og --trusted-keys: udleverede beskeder, uden noget arkiv;
    viser, hvad der er bevist. Slutter med 0, hvis alt holder, og med 5, hvis det ikke gør.
cmd-export = Laver en udlevering, som et menneske kan læse
cmd-hold = Fastholdelse: beskeder, der ikke må slettes, selv om fristen er udløbet
cmd-hold-place = Fastholder beskeder, f.eks. når en undersøgelse er besluttet
more-hold-place =
    Alt, der kan rumme et træf, fastholdes: uden --custodian alle, uden --from og --to alle dage.
    En tjeneste (--service) noteres, men begrænser intet. Husk telefonerne: sluk for automatisk
    sletning, og giv --auto-delete-stopped, eller notér det senere med hold note.
cmd-hold-note = Noterer, at automatisk sletning på telefonerne er standset
cmd-hold-release = Ophæver en fastholdelse; kræver to personer
more-hold-release =
    To forskellige operatører med rettigheden hold giver hver sin adgangskode. Fastholdelsen
    virker, til fristen (--grace) er gået.
cmd-hold-list = Viser fastholdelserne
cmd-dispose = Sletning ved opbevaringsfristens udløb
more-dispose =
    plan, så approve af to forskellige personer, så run. Kæden står: hvert led er der endnu,
    uden det indhold, der er slettet. docs/da/vejledning.md har hele forløbet.
cmd-dispose-show = Viser, hvad der står i en plan, inden den godkendes
cmd-dispose-plan = Finder, hvad der må slettes, og hvorfor; ændrer intet
cmd-dispose-approve = Godkender præcis den plan; to forskellige personer skal
cmd-dispose-run = Udfører en godkendt plan, eller fuldfører, hvad der blev afbrudt
more-dispose-run =
    Fastholdelser og dato ses efter igen: det nyeste gælder. Uden PLAN fuldføres det påbegyndte.
    Nævn hver ældre kopi af nøglelageret med --copy; sletningen er først endelig, når de er
    bekræftet destrueret med dispose confirm.
cmd-dispose-confirm = Bekræfter, at en ældre kopi af nøglelageret er destrueret
more-dispose-confirm =
    --copy others er de kopier, ingen har nævnt.
cmd-dispose-list = Viser sletningerne, og hvor langt de er
cmd-dispose-certificate = Skriver attester, som JSON og som side til journalen
cmd-dispose-preservation = Noterer, hvad Rigsarkivet har afgjort om bevaring
more-dispose-preservation =
    discard: må kasseres; preserve: skal bevares; delivered: bevaret og afleveret.
    Uden en afgørelse slettes intet.
cmd-dispose-today = Bekræfter, hvilken dag det er, når intet andet end uret siger det
cmd-erase = Sletter enkelte beskeder efter en afgørelse; kræver to personer
more-erase =
    Til en besked, der viste sig at være privat, eller som er pålagt slettet: request, så approve af
    en anden person, så run. Alle udgaver af den forsvinder med salt og vedhæftninger; bundtet får
    en ny nøgle. Kæden bevarer, at den var der, og efter hvilken afgørelse den er væk; en senere
    kopi af telefonen bringer den ikke tilbage. En fastholdelse går forud.
cmd-erase-request = Beder om, at beskeder slettes; ændrer intet
more-erase-request =
    --message er led og plads, som de står i en udleverings messages.jsonl ("entry", "place"); eller
    nævn en udlevering og de numre, den viser. Begrundelsen står i attesten: intet indhold i den.
    Slutter med 3, hvis den samme besked også ligger et andet sted, f.eks. fra en anden telefon.
cmd-erase-approve = Godkender præcis den anmodning; en anden person skal
cmd-erase-run = Udfører en godkendt anmodning, eller fuldfører, hvad der blev afbrudt
more-erase-run =
    Fastholdelser og dato ses efter igen: det nyeste gælder. Uden REQUEST fuldføres det påbegyndte.
    Nævn hver ældre kopi af nøglelageret med --copy; sletningen er først endelig, når de er
    bekræftet destrueret med erase confirm.
cmd-erase-confirm = Bekræfter, at en ældre kopi af nøglelageret er destrueret
cmd-erase-list = Viser anmodninger, der venter, og sletninger, og hvor langt de er
cmd-erase-certificate = Skriver attester, som JSON og som side til journalen
cmd-restamp = Giver beskeder i arkivet de frister, registret giver i dag
more-restamp =
    Til det, registret først fik at vide, efter at beskeder var indlæst: en person viste sig at være
    chef, fratrådte tidligere, skiftede telefon. request finder hver besked, der ville få en anden
    frist, med reglerne før og efter; run tilføjer leddet. Ingen besked flyttes. Skal noget slettes
    tidligere, skal to personer ville det: approve.
cmd-restamp-request = Finder, hvad der ville få en anden frist, og beder om det; ændrer intet
cmd-restamp-approve = Godkender præcis den anmodning; kræves, når noget skal slettes tidligere
cmd-restamp-run = Udfører en anmodning
cmd-restamp-list = Viser anmodninger, der venter
cmd-transfer = Flytter beskeder, der er indlæst under en forkert person eller telefon; kræver to personer
more-transfer =
    request, så approve af en anden person, så run. Beskederne er de samme og kommer, forseglet på
    ny, til rette person; hvor de lå, bliver deres summer stående, så tidligere beviser holder.
    Bundtet, de forlader, får en ny nøgle. En fastholdelse går forud.
cmd-transfer-request = Beder om, at beskeder flyttes; ændrer intet
more-transfer-request =
    --run er nummeret på en indlæsning (står i dens rapport): alt, hvad den indlæste. --to-device er
    nummeret på den rette telefon, som custodian show viser det; uden: fra ingen kendt telefon.
cmd-transfer-approve = Godkender præcis den anmodning; en anden person skal
cmd-transfer-run = Udfører en godkendt anmodning, eller fuldfører, hvad der blev afbrudt
cmd-transfer-confirm = Bekræfter, at en ældre kopi af nøglelageret er destrueret
cmd-transfer-list = Viser anmodninger, der venter, og flytninger, og hvor langt de er
cmd-transfer-certificate = Skriver attester, som JSON og som side til journalen
cmd-handover = Afleverer en person til en anden myndigheds arkiv med beviserne i behold; kræver to personer
more-handover =
    Modtageren laver en nøgle: key. Giveren beder om det, en anden person godkender, og give skriver
    én fil, som kun modtageren kan åbne. take kontrollerer det hele mod giverens kæde og overtager
    alt eller intet; kvitteringen går tilbage: finish. Indtil da har begge arkiver det hele.
cmd-handover-key = Modtager: laver en nøgle at aflevere til, og ord at sammenligne i telefonen
cmd-handover-request = Giver: beder om, at en person afleveres; ændrer intet
cmd-handover-approve = Giver: godkender præcis den anmodning; en anden person skal
cmd-handover-give = Giver: skriver pakken til en godkendt anmodning og indfører den i kæden
cmd-handover-take = Modtager: kontrollerer en pakke, overtager den og skriver en kvittering
more-handover-take =
    Giverens nøgle skal være kommet ad en anden vej end pakken: det, checkpoint show skrev dér. Har
    dette arkiv en person med samme navn, siger --custodian, at det er den samme.
cmd-handover-finish = Giver: kontrollerer kvitteringen og beder om, at det, modtageren har, slettes her
more-handover-finish =
    Det slettes som en sletning efter afgørelse: en anden person godkender med erase approve, og så
    erase run. En fastholdelse går forud også her; modtageren har det hele.
cmd-handover-list = Viser anmodninger, der venter, og hvad der er afleveret og overtaget
cmd-checkpoint = Kædens underskrevne tilstand
cmd-checkpoint-show = Viser kædens underskrevne tilstand og nøglen til en fil med betroede nøgler
cmd-checkpoint-sign = Medunderskriver kædens tilstand som operatør
cmd-checkpoint-witness = Lader et vidne se arkivet: er det vokset af det, vidnet så sidst?
more-checkpoint-witness =
    FILE ligger på et medie, som en anden opbevarer. Vidnet husker den sidste tilstand, det har set,
    og medunderskriver den nye, når kæden kun er vokset. Er led væk, eller er kæden skrevet om,
    afvises det (5), og vidnet husker det gamle.

    Første gang:  beskedarkiv checkpoint witness --new --name rigsarkivet/anna /media/stik/vidne
    Siden:        beskedarkiv checkpoint witness /media/stik/vidne
cmd-checkpoint-verify-printed = Holder arkivet op mod grupper, der er tastet fra et udskrevet blad
cmd-checkpoint-timestamp = Tidsstempler efter RFC 3161, båret på et medie
more-checkpoint-timestamp =
    --query skriver en forespørgsel om kædens nyeste tilstand. Bær filen til en
    tidsstempelmyndighed, og giv svaret med --response og myndighedens certifikat (PEM) med
    --tsa-certificate; det kontrolleres uden net og gemmes ved siden af kæden. Uden begge vises de
    tidsstempler, der er.
cmd-checkpoint-accept = Tager arkivet, som det er, efter at en ældre kopi er lagt tilbage
more-checkpoint-accept =
    Operatøren husker selv, hvor langt kæden var, og afviser et arkiv, der er kortere eller skrevet
    om. Er det sket med vilje, fordi en ældre kopi er lagt tilbage, godtages den her. Det gamle
    minde bliver liggende ved siden af.
cmd-checkpoint-renew = Hasher alt i arkivet igen med en nyere hash, før den gamle brydes
more-checkpoint-renew =
    Først kontrolleres hele arkivet uden nøgler. Derefter tilføjes led, der hasher hvert led og alt
    det forseglede igen med SHA3-256 i stedet for SHA-256, og kæden fortsætter med den. Ældre
    tilstande, blade og beviser gælder som før. Der er ingen vej tilbage. Få den nye tilstand
    bevidnet, udskrevet og tidsstemplet bagefter: det, der holder kæden fast, er den nyeste
    tilstand, som en anden husker.
cmd-backup = Kopierer arkivet til et sted, der ikke må kunne læse det
more-backup =
    Kun det forseglede rejser. Før noget skrives, ses alt efter for nøgler, nøglenumre, navne og
    numre fra registret og det, --canary nævner; findes noget, afvises kopien (6). Bagefter læses
    alt tilbage og kontrolleres, og SHA256SUMS siger, hvad kopien består af. Samme kommando igen
    fører kun det nye over.

    Eksempel:
      beskedarkiv backup --offsite /media/disk/arkiv
      beskedarkiv backup verify /media/disk/arkiv
      beskedarkiv backup restore /media/disk/arkiv --to /srv/proeve
cmd-backup-verify = Kontrollerer en kopi: hver fil mod listen, og arkivet i den uden nøgler
cmd-backup-restore = Lægger en kopi tilbage i en tom mappe og kontrollerer den
cmd-backup-store = Kopier i et objektlager (S3)
cmd-backup-store-probe = Prøver, hvad et lager virkelig håndhæver: skrives én gang, bevares, slettes ikke før tid
more-backup-store-probe =
    Efterlader to objekter på 32 bytes: ét bevares et døgn, det andet så længe, som lageret bevarer
    alt. Et lager kaldes kun WORM, når hvert forsøg på at overskrive, slette, forkorte og løsne
    mislykkedes, og når det, der lægges, selv får en bevaringsfrist. Ellers vises svarene, og koden
    er 3. STORE.toml:

      endpoint = "https://s3.example.dk"
      bucket = "arkiv"
      region = "eu-north-1"
      prefix = "ministerium"       # kan udelades
      access_key = "..."
      secret_key_file = "hemmelig" # dens første linje, regnet fra denne fil
      ca_file = "ca.pem"           # kan udelades: certifikater, der alene står inde for værten
      worm = true                  # afvis et lager, der ikke er WORM
cmd-backup-store-put = Lægger en kopi, som backup --offsite lavede, i et lager
more-backup-store-put =
    Kopien kontrolleres og ses efter igen, for nøgler og navne, hvor --keys siger, hvor de er. Hver
    fil ligger i lageret under sin SHA-256 og tæller, når den er læst tilbage. Et afbrudt put
    fortsættes ved at give det igen. Intet overskrives, og intet slettes.
cmd-backup-store-take = Henter en kopi fra et lager til en tom mappe og kontrollerer den
cmd-repair = Laver lister over kendte beskeder på ny, når de er beskadiget
more-repair =
    Uden listerne kan intet indlæses: arkivet ved ikke, hvad det har. De er ikke en del af kæden, og
    ingen besked går tabt med dem. De laves igen af det, der ligger i arkivet, og af leddene om det,
    der blev holdt tilbage; et led i kæden siger, hvad der skete. Kræver rettigheden admin, og en
    operatør, der kan åbne det hele: det, der ikke kan åbnes, kan blive gemt igen af næste kopi
    (kode 3). Det, der får den samme besked fra en anden slags kilde til at blive genkendt, laves
    ikke igen: den gemmes da som en besked for sig. Er intet galt, sker der intet.
cmd-key = Nøglerne: delt opbevaring, kopi på eget medie, lås
cmd-key-split = Deler epokens nøgle i dele på papir
more-key-split =
    Skriver ét blad pr. del i en tom mappe. Udskriv bladene, slet filerne, og giv delene til hver
    sin person. Prøv dem (key drill), og afslut med key custody finish: derefter har nøglelageret
    ikke længere nøglen. Den, der har en rettighed, læser som før; en ny rettighed kræver delene
    (operator grant --share).
cmd-key-drill = Prøver, at delene giver epokens nøgle, og at den åbner alt; skriver ingen nøgle
cmd-key-custody = Delt opbevaring af epokens nøgle
cmd-key-custody-finish = Fjerner nøglelagerets egen kopi af epokens nøgle, når delene netop er prøvet
cmd-key-recover = Lægger epokens nøgle tilbage i nøglelageret ved hjælp af delene
cmd-key-rotate = Begynder en ny epoke: nye nøgler til den og til alle, der læser
more-key-rotate =
    Det, der er pakket til de gamle nøgler, pakkes til de nye, og de gamle destrueres. En ældre kopi
    af nøglelageret åbner derefter intet af det, der senere kasseres. Er epokens nøgle delt, kræves
    delene (--share), og den nye nøgle skal deles igen.
cmd-key-reseal = Giver bundter nye nøgler, som et led i kæden
more-key-reseal =
    Til når et bundts nøgle kan være kopieret, eller når der skal krypteres med noget nyere. Uden
    --custodian gælder det alle bundter. Hvert får en ny nøgle, og nøglen til alt i den pakkes til
    den; med --bodies krypteres beskederne også på ny (vedhæftede filer beholder deres). Beviser
    forbliver, hvad de er. Den, der har kopieret både en gammel nøgle og arkivet fra dengang, kan
    stadig læse den kopi. Det, der venter i mellemlageret (--holding), følger med.
cmd-key-backup = Forsegler en kopi af nøglelageret i en fil, til et medie for sig selv
more-key-backup =
    Kopien får sin egen adgangskode og en udløbsdato (ellers 92 dage): en gammel kopi af nøglerne
    ville ellers kunne åbne det, der er kasseret. Mellemlagerets nøgler er aldrig med, og epokens
    nøgle heller ikke, når den er i delt opbevaring.
cmd-key-restore = Åbner en kopi i et tomt nøglelager
cmd-key-copies = Viser de kopier, der er lavet af nøglelageret, og hvilke der er destrueret
cmd-key-gone = Noterer, at en kopi af nøglelageret er destrueret
cmd-key-lock = Låser nøglelageret: intet kan indlæses eller slås op, før en administrator låser op
cmd-key-unlock = Låser nøglelageret op
cmd-key-destroy = Destruerer alle nøgler: arkivets indhold kan derefter aldrig læses
more-key-destroy =
    Er slået fra, medmindre den gældende regelfil har allow_key_destruction = true. To
    administratorer skal give hver sin adgangskode, og --confirm er de første otte cifre af arkivets
    nummer. Det står i kæden, før den første nøgle går. Kopier af nøglelageret og udskrevne dele
    skal destrueres for sig. En afbrudt destruktion fuldføres af samme kommando.

arg-archive = Arkivets mappe
arg-keys = Nøglelagerets mappe; skal ligge uden for arkivet
arg-passphrase-file = Fil, hvis første linje er operatørens adgangskode
arg-identity = Fil med operatørens egen nøgle (age), i stedet for en adgangskode
arg-init-identity = Ikke her: den første operatør har en adgangskode; en egen nøgle (age) tilføjes bagefter med operator add --recipient
arg-recipient = Den nye operatørs egen nøgle (age), i stedet for en adgangskode; eller en fil med flere, der hver låser op
arg-second-identity = Fil med den anden operatørs egen nøgle (age), i stedet for en adgangskode
arg-new-passphrase-file = Fil, hvis første linje er den nye operatørs adgangskode
arg-backup-passphrase-file = Fil, hvis første linje er kildens adgangskode
arg-backup-key-file = Fil med kildens nøgle
arg-owner = Ejerens nummer, hvor kilden ikke selv siger det
arg-owner-name = Ejerens navn, som kilden skriver det
arg-date-order = Rækkefølgen af dag, måned og år i kilden
arg-zone = Tidszonen i en eksporteret chat, f.eks. America/Nuuk (ellers Europe/Copenhagen)
arg-name = Navn
arg-show-names = Vis navne og numre (kun på en terminal)
arg-sources = Kilde: mappe, zip, tar eller fil; kendes på indholdet
arg-summary = Skriv optællingen som JSON i denne fil
arg-classify-messages = Normaliserede beskeder, JSON Lines; uden: standardinput
arg-classify-mode = Hvor meget maskinen må afgøre
arg-classify-evaluate-mode = Hvor meget maskinen må afgøre
arg-classify-policy = Fil med, hvad fejl koster (TOML)
arg-classify-evaluate-policy = Fil med, hvad fejl koster (TOML)
arg-classify-train-out = Skriv modellen i denne fil
arg-contacts = JSON-objekt fra adresse eller navn til relation: family, union_rep, colleague, press ...
arg-role = Ejerens stilling
arg-model = Myndighedens egen model; uden: programmets
arg-without = Lad noget ude, for at måle, hvad det betyder
arg-share = Lær kun af så mange procent af samtalerne
arg-bare = Uden relation og stilling
arg-labelled = Filer eller mapper med mærkede samtaler
arg-custodian = Hvis beskeder: id i registret
arg-operator-grant-custodian = Kun disse personers beskeder må læses; uden: alles
arg-holding = Mappe til beskeder, der venter på et menneske eller er udeladt; ellers "holding" ved siden af nøglelageret
arg-copy-date = Kopiens dato; ellers kildens egen
arg-mode = Hvor meget maskinen må afgøre; ellers efter arkivets politik
arg-all = Også det, der er afgjort eller udeladt
arg-limit = Højst så mange samtaler; uden: alle
arg-as = Afgørelsen
arg-ground = Hvorfor den udelades
arg-note = En bemærkning, der følger afgørelsen
arg-items-file = Fil med navne på beskeder
arg-items = Navne på beskeder: otte cifre af kørslen og et nummer
arg-journal = Liste over journaliserede beskeder (CSV eller JSON); politikken siger, om de gemmes eller udelades
arg-review-sample-size = Stikprøvens størrelse; uden: ingen ny stikprøve, det, der mangler, bedømmes
arg-seed = Stikprøvens frø, f.eks. terningkast
arg-page = Skriv også rapporten som en side (HTML), som en kommission kan læse
arg-attest-device = Indestå for, at en ukendt telefon eller et ukendt nummer er personens
arg-receipt = Skriv også kvitteringen i denne fil
arg-job = Jobfil (TOML)
arg-checkpoint = Ældre tilstand af kæden (fil), som arkivet skal være vokset fra
arg-print = Skriv et dansk blad til udskrift og journal i denne fil (HTML)
arg-query = Skriv forespørgslen i denne fil
arg-response = Myndighedens svar (fil)
arg-tsa-certificate = Certifikater, du stoler på: myndighedens eget eller et over det (PEM)
arg-new = Lav et nyt vidne
arg-checkpoint-witness-name = Navn, vidnet underskriver med; uden mellemrum
arg-checkpoint-witness-passphrase-file = Fil, hvis første linje er vidnets egen adgangskode
arg-checkpoint-witness-file = Vidnets fil
arg-size = Kædens længde, som den står på bladet
arg-groups = Grupperne på bladet, i rækkefølge
arg-offsite = Mappe til kopien: tom, ikke til stede, eller en ældre kopi af arkivet
arg-canary = Tekst, der heller ikke må rejse med; kan gives flere gange
arg-backup-holding = Mellemlageret; kopien må ikke ligge i det
arg-copy = Kopiens mappe
arg-shares = Antal dele; uden: 3
arg-threshold = Antal dele, der skal til; uden: 2
arg-key-split-out = Mappe til bladene; skal være tom eller ikke findes
arg-key-gone-entry = Kopiens led i kæden; key copies viser det
arg-key-drill-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-key-custody-finish-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-key-recover-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-operator-grant-messages-from = Kun beskeder fra og med denne dags måned må læses
arg-operator-grant-messages-to = Kun beskeder til og med denne dags måned må læses
arg-key-rotate-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-key-reseal-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-key-reseal-custodian = Kun det, der er af disse personer; uden: alt
arg-store = Fil, der siger, hvor lageret er, og hvem vi er dér
arg-backup-store-put-copy = Kopien
arg-backup-store-take-to = Mappe til kopien; skal være tom eller ikke findes
arg-state = Tilstand, der hentes, som put kaldte den; uden: den nyeste
arg-backup-store-put-keys = Nøglelageret: det, der er i det, ledes der efter i kopien
arg-trust-earlier = Læs ikke det tilbage, som lagerets nyeste tilstand nævner; kun om det er der
arg-bodies = Krypter også beskederne på ny, ikke kun deres nøgler
arg-operator-grant-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-dispose-run-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-expires = Kopiens sidste dag
arg-expired-too = Brug kopien, selv om den er udløbet
arg-second-passphrase-file = Fil, hvis første linje er den anden administrators adgangskode
arg-confirm = De første otte cifre af arkivets nummer
arg-key-backup-passphrase-file = Fil, hvis første linje er kopiens egen adgangskode
arg-key-restore-passphrase-file = Fil, hvis første linje er kopiens egen adgangskode
arg-key-backup-file = Fil, kopien skrives til
arg-key-restore-file = Kopien
arg-backup-restore-to = Mappe, der er tom eller ikke findes
arg-proof = Bevis for udleverede beskeder (fil); kræver intet arkiv
arg-trusted-keys = Fil med de nøgler, du stoler på, en på hver linje
arg-from = Første dag
arg-to = Sidste dag
arg-format = Formater
arg-checkpoint-accept-give-up-newer-keys = Også når nøglelageret har nøgler, som dette arkiv ikke kender: de destrueres, og et nyere arkiv kan aldrig læses igen
arg-repair-partly = Også når du ikke kan åbne det hele: resten kan ingen siden finde igen
arg-job-units-out = Mappe til filerne; uden: den, du står i
arg-job-units-name = Det, filerne hedder foran endelsen
arg-out = Mappe til udleveringen; skal være tom eller ikke findes
arg-unsealed = Lav en læsbar mappe; det noteres i arkivet
arg-past-damage = Udlever, hvad der er tilbage af et arkiv, der ikke holder; resten nævnes, og intet skrives i arkivet, hvor kæden er brudt
arg-delete-by = Dag, hvor den læsbare mappe senest slettes; noteres; uden: ingen
arg-classification = Klassifikation, der står på hver side
arg-id = Kort ord, der betegner personen i kommandoer og rapporter
arg-number = Telefonnummer; kan gentages
arg-media-add-number = Mediets nummer i registret
arg-media-show-number = Mediets nummer i registret
arg-media-move-number = Mediets nummer i registret
arg-media-receipt-number = Mediets nummer i registret
arg-media-read-out-number = Mediets nummer i registret
arg-media-destroy-number = Mediets nummer i registret
arg-custodian-device-number = Telefonnummer
arg-device = Telefonens serienummer; kan gentages
arg-serial = Telefonens serienummer
arg-media-add-serial = Mediets eller enhedens serienummer
arg-why = Hvorfor der ikke kunne tages en kopi
arg-fact = Oplysningens nummer i registret
arg-file = Regelfil (TOML)
arg-reference = Journalnummer eller beslutning bag registreringen
arg-reviewer = Ejeren, og bisidderen: operatørens nummer eller begyndelsen af det; kan gentages
arg-right = Rettighed: ingest, query, review, export, delete, hold, audit, admin
arg-operator = Operatørens nummer eller begyndelsen af det
arg-hold = Fastholdelsens nummer; se hold list
arg-hold-release-second-passphrase-file = Fil, hvis første linje er den anden operatørs adgangskode
arg-service = Tjeneste, som anmodningen nævner; kan gentages
arg-case = Sag eller kommission
arg-decision = Beslutningen bag (journalnummer)
arg-dispose-preservation-decision = Hvad Rigsarkivet har afgjort
arg-received = Dag, hvor anmodningen blev modtaget; ellers i dag
arg-auto-delete-stopped = Automatisk sletning på telefonerne er standset
arg-grace = Dage, fastholdelsen endnu virker; uden: 90
arg-plan = Planens navn, som dispose plan viser det; begyndelsen er nok
arg-dispose-run-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; kan gentages
arg-dispose-confirm-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; others: dem, ingen har nævnt
arg-no-other-copies = Der er ingen andre kopier af nøglelageret
arg-entry = Sletningens led i kæden; se dispose list
arg-erase-confirm-entry = Sletningens led i kæden; se erase list
arg-erase-certificate-entry = Sletningens led i kæden; se erase list; uden: alle
arg-transfer-confirm-entry = Flytningens led i kæden; se transfer list
arg-transfer-certificate-entry = Flytningens led i kæden; se transfer list; uden: alle
arg-dispose-certificate-entry = Sletningens led i kæden; se dispose list; uden: alle
arg-dispose-certificate-out = Mappe til attesterne
arg-dispose-today-date = Dagen i dag
arg-message = Beskedens led og plads; kan gentages, én udgave af hver er nok
arg-production = Mappe med den udlevering, numrene gælder
arg-erase-request-number = Beskedens nummer i udleveringen; kan gentages
arg-erase-request-ground = Hvorfor beskederne ikke må opbevares
arg-restamp-request-custodian = Kun denne person: id i registret; uden: alle
arg-from-custodian = Hvis beskederne siges at være: id i registret
arg-to-custodian = Hvis de er: id i registret; den samme, hvis kun telefonen er forkert
arg-to-device = Nummeret på den telefon, de er fra; se custodian show
arg-transfer-request-run = Nummer på en indlæsning; kan gentages
arg-transfer-run-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; kan gentages
arg-transfer-run-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-transfer-confirm-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; others: dem, ingen har nævnt
arg-transfer-certificate-out = Mappe til attesterne
arg-handover-key-out = Fil til den offentlige nøgle; må ikke findes
arg-to-key = Modtagerens nøglefil
arg-handover-give-out = Fil til pakken; må ikke findes
arg-handover-take-custodian = Hvis beskederne er her: id i registret; uden: giverens navn, hvor ingen her har det
arg-handover-take-receipt = Fil til kvitteringen; må ikke findes
arg-handover-take-package = Pakken
arg-handover-finish-receipt = Modtagerens kvittering
arg-reason = Hvorfor, med ord; står i attesten
arg-request = Anmodningens navn; begyndelsen er nok
arg-erase-run-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; kan gentages
arg-erase-run-share = Fil med en del: bladet selv, eller det, der er tastet fra det; gentages for hver del
arg-erase-confirm-copy = Ældre kopi af nøglelageret, som myndigheden kalder den; others: dem, ingen har nævnt
arg-erase-certificate-out = Mappe til attesterne
arg-hold-place-custodian = Hvis beskeder: id i registret; kan gentages; uden: alles
arg-dispose-preservation-custodian = Kun disse personer; kan gentages; uden: alle

arg-ceiling = Arkivets loft: højeste klassifikation, det må rumme; uden: TIL TJENESTEBRUG
arg-level = Klassifikation: UKL, TTJ, FTR, HEM, YHM eller skrevet helt ud
arg-to-level = Klassifikationen, der er nedklassificeret til
arg-issuer = Den myndighed eller person, der har nedklassificeret
arg-date = Dag; uden: i dag
arg-kind = Art: usb, disk, disc, card, phone, smart, paper eller other
arg-place = Hvor mediet er
arg-holder = Hvem der har ansvaret for det
arg-by = Hvem der gjorde det
arg-read-out-months = Måneder mellem udlæsninger; 0 for ingen (SMART-enheder: 1)
arg-overdue = Kun enheder, hvis udlæsning er for sen
arg-destroyed = Også destruerede
arg-movement = Flytningens nummer; uden: den seneste
arg-signed-by = Hvem der har underskrevet kvitteringen
arg-method = Hvordan det er destrueret
arg-witness = Hvem der overværede det; en anden end den, der gjorde det

error-period = --to ligger før --from
next-period = Byt om på dagene, eller ret dem.
error-place-needed = der mangler { $flag }
next-place-needed = Giv { $flag }, eller sæt den i miljøet (BESKEDARKIV_ARCHIVE, BESKEDARKIV_KEYS) eller konfigurationsfilen.
error-source-unknown = { $path }: er ikke en kilde, programmet kender
next-source-unknown = Angiv mappen, zip- eller tar-filen med selve sikkerhedskopien; se docs/readers. Er det en udlæsning fra SMART, så kør beskedarkiv smart probe.
error-source-secret-needed = { $path }: { $fault }
next-source-secret-needed = Giv kildens adgangskode eller nøgle med --backup-passphrase-file FIL, en nøglefil med --backup-key-file FIL.
error-source-wrong-secret = { $path }: kildens adgangskode passer ikke
next-source-wrong-secret = Kontrollér adgangskoden, også store og små bogstaver, og prøv igen. Arkivet er ikke rørt.
error-source-unfinished = { $path }: sikkerhedskopien er ikke færdig ({ $fault })
next-source-unfinished = Tag sikkerhedskopien igen, og lad den blive færdig.
error-source-ambiguous = { $path }: dag og måned kan læses på to måder
next-source-ambiguous = Sig, hvilken rækkefølge datoerne har: --date-order dmy (dag først), mdy eller ymd.
error-source-missing = { $path }: { $fault }
next-source-missing = Kopiér hele sikkerhedskopien igen fra computeren, den blev taget på.
error-source-damaged = { $path }: { $fault }
next-source-damaged = Kopiér kilden igen; er den stadig beskadiget, så tag en ny sikkerhedskopi.
error-source-io = { $path }: { $fault }
next-source-io = Kontrollér stien, og se efter, om mediet kan læses; prøv igen.
error-no-archive = { $path }: her er hverken arkiv eller nøglelager
next-no-archive = Ret stien, eller lav et arkiv med beskedarkiv init.
error-store = objektlager: { $what }: { $why }
next-store = Se efter endpoint, bucket, region og nøgle i lagerets fil, og om det kan nås. Intet, der er lagt, er tabt; giv kommandoen igen.
error-unfinished = { $path }: et arkiv, der aldrig blev færdigt: dets init blev afbrudt
next-unfinished = Der er intet gemt i det. Giv samme init igen: den begynder forfra eller fuldfører det, der kun manglede slutningen.
error-not-empty = { $path }: findes i forvejen og er ikke tom
next-not-empty = Vælg en mappe, der ikke findes eller er tom, eller en fil, der ikke findes.
error-keys-inside-archive = nøglelager og arkiv skal ligge hver for sig
next-keys-inside-archive = Læg nøglelageret uden for arkivets mappe, helst på et andet medie.
error-busy = et andet program skriver i arkivet
next-busy = Vent, til det er færdigt, og prøv igen.
error-wrong-identity = nøglen passer ikke til nogen operatør
next-wrong-identity = Se efter, om det er den nøgle, hvis modtager blev givet til operator add.
error-bad-key = en egen nøgle (age): { $why }
next-bad-key = Modtagere begynder med age1, identiteter med AGE-SECRET-KEY- eller AGE-PLUGIN-, én på hver linje. Et plug-in skal ligge i PATH som age-plugin-NAVN.
error-init-identity = den første operatør har en adgangskode, ikke en egen nøgle
next-init-identity = Giv init en adgangskode, og tilføj operatører med operator add --recipient.
error-wrong-passphrase = adgangskoden passer ikke til nogen operatør
next-wrong-passphrase = Kontrollér adgangskoden, og prøv igen.
error-integrity = noget holder ikke: { $what }
next-integrity = Kør beskedarkiv verify, gem udskriften, og find den seneste gode kopi af arkivet frem. Er der ingen, udleverer export --past-damage, hvad der er tilbage.
error-keys-beyond = nøglelageret har nøgler, som dette arkiv ikke kender: til det, der kom til siden, eller til en kørsel, der aldrig blev færdig
next-keys-beyond = Den næste, der skriver i arkivet, destruerer dem, og så kan det nyere arkiv aldrig læses igen. Find helst det nyere arkiv. Ellers tag en kopi af nøglelageret (key backup), og giv checkpoint accept --give-up-newer-keys.
error-lists = listerne over kendte beskeder er beskadiget: arkivet ved ikke, hvad det har, og tager intet ind
next-lists = Ingen besked i arkivet er gået tabt. En operatør med rettigheden admin laver listerne på ny med beskedarkiv repair; gentag derefter.
error-apart-other = { $path } husker { $seen } led af et andet arkiv
next-apart-other = Vælg det arkiv, som filen hører til. Er det det samme, er arkivet skiftet ud: rør intet, og find den sidste gode kopi.
error-apart-shorter = arkivet er kortere, end det har været: { $path } husker { $seen } led, arkivet har { $have }
next-apart-shorter = Led er væk, eller dette er en gammel kopi. Rør intet, og find den nyeste kopi. Er en ældre kopi lagt tilbage med vilje, så se checkpoint accept.
error-apart-rewritten = kæden er skrevet om: dens første { $seen } led er ikke dem, som { $path } husker
next-apart-rewritten = Rør intet. Sammenlign med kopier af arkivet og med de udskrevne kvitteringer; den sidste gode kopi er den, der passer med dem.
error-would-travel = { $path }: rummer { $what }; intet er kopieret
next-would-travel = Find ud af, hvordan det kom i arkivets mappe. Er det en fil, der ikke hører til der, så flyt den ud, og prøv igen.
error-bad-place = mapperne må ikke ligge i hinanden: { $why }
next-bad-place = Vælg en mappe for sig selv, bedst på et andet medie.
error-no-epoch-key = epokens nøgle er ikke ved hånden: den er i delt opbevaring, eller en anden har den
next-no-epoch-key = Giv delene med --share FIL, en gang for hver del.
error-bad-share = delene giver ikke epokens nøgle: { $why }
next-bad-share = Se efter på bladene, og tast den gruppe, der er nævnt, om. Dele af to delinger kan ikke blandes.
error-expired = { $path }: kopien af nøglerne udløb { $day }
next-expired = Brug en nyere kopi. Er der ingen, så giv --expired-too; det, der er kasseret siden, skal da kasseres igen.
error-locked = nøglelageret er låst
next-locked = En operatør med rettigheden admin låser op med key unlock.
error-forbidden-by-policy = den gældende regelfil tillader det ikke
next-forbidden-by-policy = Regelfilen ændres med policy set; se docs/RETENTION.md og hjælpen til kommandoen.
error-no-memory = der er intet sted, hvor operatøren kan huske arkivet
next-no-memory = Sæt seen i konfigurationsfilen til en mappe, der kan skrives i.
error-unknown-custodian = personen er ikke i registret
next-unknown-custodian = Se registret med custodian list, eller opret personen med custodian add.
error-known-custodian = personen er i registret i forvejen
next-known-custodian = Brug custodian role, device eller event til ændringer.
error-unregistered-device = kilden er fra en telefon, der ikke er registreret for personen
next-unregistered-device = Er telefonen personens, så registrér den med custodian device, eller giv --attest-device.
error-unregistered-number = kilden er fra et nummer, der ikke er registreret for personen
next-unregistered-number = Er nummeret personens, så registrér det med custodian device --number, eller giv --attest-device.
error-above-ceiling = klassificeret { $level }; arkivets loft er { $ceiling }
next-above-ceiling = Intet er gemt. Læs kilden ind i et arkiv, der er godkendt til niveauet, eller lad den ansvarlige ændre loftet med policy ceiling. En nedklassificering skal komme fra udstederen og noteres med policy declassify.
error-marking-too-low = indholdet er klassificeret { $level }, udleveringen kan ikke mærkes lavere
next-marking-too-low = Udelad --classification, eller angiv den rette klassifikation.
error-no-right = operatøren har ikke rettigheden { $right }
next-no-right = En operatør med rettigheden admin kan give den med operator grant.
error-one-person = to forskellige personer skal have underskrevet
next-one-person = Lad en anden operatør med rettigheden give sin adgangskode (--second-passphrase-file) eller godkende planen.
error-refused = må ikke gøres nu: { $why }
next-refused = Grunden står ovenfor. Er det en fastholdelse: hold list viser den. Er det en plan: dispose plan siger, hvad der mangler. Er det uret: dispose today ÅÅÅÅ-MM-DD. Ellers: ret det, grunden nævner, og giv kommandoen igen.
error-not-available = denne version har ikke { $what }
next-not-available = Se --help for, hvad der er.
error-job-file = { $path }: linje { $line }: { $why }
next-job-file = Ret jobfilen, og prøv den med job check.
error-path = { $path }: { $why }
next-path = Ret stien, og prøv igen.
error-io = { $path }: { $what }: { $why }
next-io = Se efter, om disken er fuld, og om der er adgang, og prøv igen.

look-at = Se på:
what-to-do = Gør: { $what }
phase-opening = Åbner kilden
phase-reading = Læser
phase-sorting = Sorterer
phase-verifying = Efterprøver
phase-exporting = Udleverer
phase-copying = Kopierer
phase-generating = Laver en prøvekopi
count-messages = Beskeder
count-conversations = Samtaler
count-review = Heraf venter på et menneske
count-attachments = Vedhæftninger
count-missing = Vedhæftninger, der mangler
count-entries = Led i kæden
count-records = Efterprøvede beskeder
demo-made = Prøven er færdig. Alt i den er opdigtet.
demo-backup = Krypteret sikkerhedskopi
demo-archive = Arkiv (kun kryptogram)
demo-keys = Nøglelager
demo-export = Udlevering, læsbar
demo-open = Åbn udleveringen: { $path }
verify-holds = Arkivet holder: alt, der blev efterprøvet, passer.
proof-holds = Beviset holder.
proof-broken = BEVISET HOLDER IKKE: { $why }
proof-archive = Arkiv
proof-entry = Led
proof-written = Skrevet
proof-size = Kædens længde
proof-root = Kædens rod
proof-key = Underskrevet af
printed = Bladet ligger i { $path }. Udskriv det, underskriv det, og journalisér det i dag.
printed-holds = Arkivet er vokset af det, der står på bladet: { $seen } led dengang, { $have } nu.
anchor-grown = Kæden er vokset fra { $seen } til { $have } led, og intet før er ændret. Medunderskrevet af { $by }:
anchor-signed = Kædens tilstand ved { $have } led er medunderskrevet af { $by }:
accepted = Arkivet er godtaget, som det er. Glemt: en tilstand på { $seen } led.
accepted-not-for-jobs = Job, der kører uden operatør, standser stadig: en operatør med rettigheden admin skal give samme kommando.
stamp-asked = Forespørgslen ligger i { $path }. Bær den til tidsstempelmyndigheden.
stamp-taken = Tidsstemplet { $at }: kædens tilstand ved { $have } led; arkivet har det i checkpoints.
stamp-holds = holder
repair-nothing = Listerne over kendte beskeder er i orden; intet er ændret.
repair-done = Listerne over kendte beskeder er lavet på ny; led { $entry } i kæden siger det.
repair-twice = Det, der ikke kunne åbnes eller læses, kan blive gemt én gang til, når næste kopi indlæses.
repair-erasures = MÆRKET PÅ SLETTEDE BESKEDER KAN VÆRE TABT: det, der er slettet og ikke må komme igen, kan komme med næste kopi. Find det i anmodningerne om sletning, og slet det igen, hvis det kommer.
backup-made = Kopien er skrevet, læst tilbage og kontrolleret: { $path }
backup-holds = Kopien holder: { $path }
backup-broken = KOPIEN HOLDER IKKE: { $path }
backup-restored = Kopien er lagt tilbage og holder: { $path }
count-lists = Lister
count-lists-unreadable = Kunne ikke læses
count-listed-again = Kendte igen
count-unopened = Bundter, der ikke kunne åbnes
count-damaged = Kunne selv ikke læses
count-files = Filer
count-written = Skrevet denne gang
count-read-back = Læst tilbage og sammenlignet
count-looked-for = Nøgler og navne, der blev ledt efter
count-too-short = For korte til at lede efter
key-split = Nøglen er delt i { $n } dele; { $need } skal til:
key-split-next = Udskriv bladene, prøv delene med key drill, giv dem til hver sin person, og slet filerne. Afslut med key custody finish.
key-drilled = { $n } dele giver epokens nøgle; den åbner { $opened } af { $all } bundter. Ingen nøgle er skrevet.
key-custody = { $n } dele giver epokens nøgle, den åbner { $opened } af { $all } bundter, og nøglelageret har den ikke længere. Gamle kopier af nøglelageret har den stadig: destruér dem.
store-put = Kopien ligger i lageret som { $state }, og alt, der blev skrevet, er læst tilbage.
store-taken = Hentet fra lageret: { $state }.
store-worm = Lageret håndhæver WORM: overskrivning, sletning og frigivelse før tid blev afvist.
store-not-worm = Lageret er ikke WORM. Det håndhævede ikke:
key-rotated = Epoke { $epoch } er begyndt. Nøglerne til den forrige er destrueret. Var nøglen delt, ligger den nye hel i nøglelageret, til den deles igen: key split.
key-resealed = { $buckets ->
    [one] 1 bundt har ny nøgle
   *[other] { $buckets } bundter har nye nøgler
  }, { $segments ->
    [one] 1 segment er krypteret på ny
   *[other] { $segments } segmenter er krypteret på ny
  }, epoke { $epoch } er begyndt. Var nøglen delt, ligger den nye hel i nøglelageret, til den deles igen: key split.
renewed = Alle { $have } led og det, de forsegler, er hashet igen: fra { $from } til { $to }. Kæden fortsætter som
renewed-next = Ældre tilstande og beviser gælder som før. Få nu denne tilstand bevidnet, udskriv den, og tidsstempl den.
key-recovered = { $n } dele gav epokens nøgle, den åbner { $opened } af { $all } bundter, og den ligger i nøglelageret igen bag operatørens adgangskode.
key-still-there = Nøglelageret har stadig selv nøglen; afslut med key custody finish.
key-backed-up = Kopien af nøglelageret ligger i { $path }; sidste dag { $day }.
key-restored = Nøglelageret er lagt tilbage i { $path }: { $n ->
    [one] 1 fil
   *[other] { $n } filer
  }.
key-with-epoch = Epokens nøgle er med.
key-without-epoch = Epokens nøgle er ikke med; den er i delt opbevaring.
key-locked = Nøglelageret er låst. { $n ->
    [one] 1 administrator
   *[other] { $n } administratorer
  } kan låse op.
key-gone = Noteret: kopien i led { $copy } er destrueret.
key-copy-gone = destrueret
key-copy-there = findes
key-no-copies = Der er ikke lavet nogen kopi af nøglelageret.
status-expired-keys = Kopien af nøglelageret i led { $entry } udløb { $day }: destruer den, og noter det med key gone { $entry }.
key-unlocked = Nøglelageret er låst op.
key-destroyed = Alle nøgler er destrueret ({ $n } filer); det står i led { $entry }. Destruér også kopier af nøglelageret og udskrevne dele.
verify-broken =
    ARKIVET HOLDER IKKE.
    Rør intet. Sammenlign med en kopi og den udskrevne kvittering; export --past-damage udleverer resten.
    Er det kun listerne over kendte beskeder: beskedarkiv repair.
verify-without-keys = Efterprøvet uden nøgler; indholdet er ikke åbnet.
verify-unopened = { $n ->
    [one] 1 bundt
   *[other] { $n } bundter
  } kunne ikke åbnes med operatørens nøgler.
verify-entry = led { $entry }: { $what }
init-made = Arkivet ligger i { $path }
init-keys = Nøglelageret ligger i { $path }
init-warning = Mistes nøglelageret eller adgangskoden, er arkivets indhold tabt. Gem en kopi af nøglelageret et andet sikkert sted. Arkivets nøgle til kontrol:
inspect-encrypted = Krypteret
inspect-date = Taget
inspect-model = Model
inspect-system = System
inspect-name = Navn
inspect-serial = Serienummer
inspect-number = Nummer
inspect-secret = Mangler
inspect-reader = Læses af
app-own = telefonens egne beskeder
app-read = læses
app-known = har beskeder, læses ikke endnu
app-absent = har beskeder, som ikke er i kilden
app-unknown = ukendt
read-done = { $messages ->
    [one] 1 besked
   *[other] { $messages } beskeder
  } skrevet, { $unreadable ->
    [one] 1 række ulæselig
   *[other] { $unreadable } rækker ulæselige
  }
read-unreadable = ulæselig: { $at }: { $why }
read-finding = { $what }
classify-done = { $messages } beskeder: { $keep } gemmes, { $review } skal ses af et menneske, { $exclude } udelades (heraf { $proposals } kun som forslag)
classify-trained = Model { $model }: { $messages } beskeder i { $conversations } samtaler. Målt på samtaler, der i tur var holdt ude:
review-kept = Gemt efter beslutning
review-undecided = Gemt, fordi ingen tog stilling
review-shredded = Tilintetgjort
review-on-hold = Bevares på grund af en bevaringspligt
review-clock = Uret passer ikke med arkivets dage; intet ryddes, før dagen er bekræftet (dispose today)
review-waiting = Venter stadig
review-astray = { $n ->
        [one] ÉN tilbageholdt besked er ikke
       *[other] { $n } tilbageholdte beskeder er ikke
    } i mellemlageret { $path }, eller nøglen til den mangler: giv det rigtige med --holding, og slet intet.
review-nothing = Intet, du kan åbne, venter.
review-head-custodian = Ansvarlig
review-head-run = Kørsel
review-head-deadline = Frist
review-head-open = Venter
review-head-keep = Gemmes
review-head-exclude = Udeladt
review-first-begun = { $reviewers } kan gennemse det, der holdes tilbage fra nu af; { $narrowed } kan ikke længere læse denne persons beskeder.
review-first-narrowed = Begrænset: { $id }
review-first-before = { $n ->
    [one] 1 kørsel
   *[other] { $n } kørsler
  } venter allerede og blev forseglet til dem, der kunne gennemse dengang
review-decided = { $n ->
    [one] 1 besked
   *[other] { $n } beskeder
  } er afgjort.
review-sealed-to-others = { $n ->
    [one] 1 kørsel
   *[other] { $n } kørsler
  } er forseglet til andre end dig
review-conversation = Samtale { $number } af { $total }: { $name } ({ $custodian }), { $waiting } venter, frist { $deadline }
review-keys = k gem alle · e udelad alle (e p/v/f) · 2k 3-5e enkelte · u fortryd · n næste · q slut · ? hjælp
review-help =
    k          gem alle i samtalen
    e          udelad alle; e p personale, e v privat, e f fejlsendt
    2k 3-5e    enkelte: numrene til venstre
    u          fortryd den sidste afgørelse
    ! tekst    bemærkning til den næste afgørelse
    n          næste samtale; denne venter
    =          vis samtalen igen
    q          slut
    En prik til venstre: beskeden er i arkivet og vises for sammenhængens skyld.
review-me = mig
review-files = { $n ->
    [one] 1 fil
   *[other] { $n } filer
  }
review-p = arbejde { $p } %
review-what = Forstår ikke "{ $what }". ? viser tasterne.
review-nothing-to-undo = Intet at fortryde.
review-did-keep = { $n } gemmes.
review-did-exclude = { $n } udelades; hvor politikken kræver to, er det et forslag, til en anden er enig.
review-did-undo = Afgørelsen er taget tilbage for { $n }.
review-drawn = { $n } trukket af { $pile } udeladte.
review-sampled = Stikprøve: { $drawn } af { $pile } udeladte, { $judged } bedømt, { $work } var arbejde; højst { $most } af de udeladte er arbejde (95 %).
review-recall = Mindst så stor en del af arbejdsbeskederne er bevaret (95 %)
review-two = Bedømt af to personer
review-kappa = Enighed (Cohens kappa)
review-report-note = Modellen er trænet på opdigtede samtaler; tallene her er arkivets egne.
status-nobody = Registret er tomt.
status-last = Seneste kopi
status-never = ingen
status-months = Måneder med kopi
status-monthly = Månedlig kopi kræves
status-overdue = Kopi mangler
status-excused = Kopi mangler, begrundet
status-reviews = Venter på gennemsyn (frist)
status-source = {"  "}{ $source }: { $copies ->
    [one] 1 kopi
   *[other] { $copies } kopier
  }, { $first } – { $last }, { $new ->
    [one] 1 besked
   *[other] { $new } beskeder
  }
status-vanished = {"      "}{ $n } fra { $month } forsvundet siden: { $reason }
vanished-disappearing_timer = forsvindende beskeder
vanished-recently_deleted_purged = var slettet på telefonen
vanished-expiry_setting = telefonen sletter selv gamle beskeder
vanished-unknown = ukendt årsag
review-ended = { $n ->
    [one] 1 afgørelse
   *[other] { $n } afgørelser
  }; { $left ->
    [one] 1 samtale
   *[other] { $left } samtaler
  } venter.
route-keep = gemt
route-review = til gennemsyn
route-proposal = foreslået udeladt
route-exclude = udelades
ground-personnel = personale
ground-private = privat
ground-misdirected = fejlsendt
ground-journalised = journaliseret
state-proposed = én har udeladt
state-keep = besluttet gemt
state-exclude = udeladt
run-copy = { $new ->
    [one] 1 ny besked
   *[other] { $new } nye beskeder
  }
job-units = Læg dem, hvor computeren finder dem; se beskedarkiv job units --help. Jobbet kører så den første i hver måned.
job-fine = Jobfilen er i orden: { $copies ->
    [one] 1 kopi
   *[other] { $copies } kopier
  }.
export-damaged = KAN IKKE LÆSES: led { $entry }{ $month }: { $what }
export-open = Åbn udleveringen: { $path }
export-readable = Mappen kan læses af enhver, der får fat i den. Slet den, når den ikke bruges mere.
export-marking = Udleveringen er klassificeret { $level }. Hver side og hver fil bærer det.
marking-ceiling = Arkivet må højst rumme { $level }.
marking-held = Arkivet rummer indhold op til { $level }.
marking-not-approved = Programmets kryptering er ikke godkendt af den nationale it-sikkerhedsmyndighed. Den nedsætter ingen klassifikation: krypteret materiale behandles som det, det rummer.
marking-declassified = Nedklassificeringen står i led { $entry }. Beskedens egen mærkning bliver stående.
media-done = { $number }: registreret i led { $entry }
media-destroyed = destrueret
media-overdue = UDLÆSNING FOR SEN, skulle ske senest
media-receipts-missing = { $n ->
    [one] 1 kvittering
   *[other] { $n } kvitteringer
  } er ikke kommet underskrevet tilbage.
policy-set = De nye regler står i led { $entry }
register-done = { $id }: registreret i led { $entry }
operator-added = Operatøren { $id } er oprettet, endnu uden rettigheder.
operator-granted = Operatøren { $id } har fået rettighederne.
review-never = aldrig brugt
review-unrecorded = brug ses ikke i kæden
review-unused = ikke brugt i et halvt år
operator-revoked = Operatøren { $id } har ingen rettigheder mere. Nøgler, der er kopieret før, kan ikke kaldes tilbage.

## SMART

cmd-smart = Udlæsninger fra SMART: forseglede pakker, deres forløb, og beskrivelser af data
more-smart =
    Rækkefølgen: pack (pak mediet), seal (forsegl), probe (se på data, få et forslag), dry-run
    (prøv), approve (to personer skriver under), ingest (læs ind). docs/da/smart.md fører igennem
    det hele.
cmd-smart-pack = Laver en pakke af et medie: kopi, summer og oplysninger om udlæsningen
more-smart-pack =
    MEDIUM er en mappe (mediet, tilsluttet skrivebeskyttet) eller én fil. Oplysninger, der mangler,
    spørges der om på en terminal; de kan også stå i en fil: --facts FILE med linjer som:
      place = "København"
    Klassifikation: TIL TJENESTEBRUG, FORTROLIGT, HEMMELIGT, YDERST HEMMELIGT eller NATO's og EU's
    ord.
cmd-smart-seal = Forsegler en pakke med operatørens underskrift; en anden operatør kan skrive under på samme segl
cmd-smart-custody = Skriver en hændelse i pakkens forløb, og forsegler igen
more-smart-custody =
    Hændelser: RECEIVED, SEALED, UNSEALED, IMAGED, HASHED, MAPPED, INGESTED, EXPORTED, RETURNED,
    DESTROYED.
cmd-smart-show = Viser, hvad en pakke siger om sig selv
cmd-smart-verify = Efterprøver en pakke: hver sum, hvert led i forløbet, hvert segl
cmd-smart-probe = Ser på et medie: filer, tabeller, kolonner, og foreslår en beskrivelse
more-smart-probe =
    Det, der skrives, er en brugbar beskrivelse (TOML) med bemærkninger. UDFYLD og SE EFTER er til
    mennesker. Værdier vises maskeret; kun ord for retning og klassifikation og ejerens egen adresse
    står i klar tekst.
cmd-smart-dry-run = Prøver en beskrivelse på et medie: optælling og maskerede rækker; gemmer intet
cmd-smart-approve = Skriver under på en beskrivelse; to forskellige operatører skal gøre det
arg-mapping = Beskrivelse (mapping.toml) af en udlæsning fra SMART
arg-smart-approve-mapping = Læg denne beskrivelse i pakken først
arg-target = Pakke eller beskrivelse
arg-package = Pakke
arg-source = Medie eller pakke
arg-medium = Mediets fabrikat og model
arg-smart-pack-from = Mediet: mappe eller fil
arg-smart-pack-out = Mappe, hvor pakken laves; må ikke findes
arg-smart-probe-out = Skriv forslaget i denne fil
arg-facts = Fil med oplysninger (TOML)
arg-authority = Myndighed
arg-owner-role = Ejerens rolle (minister, departementschef, særlig rådgiver, chef)
arg-smart-pack-device = Telefonens fabrikat og model
arg-device-serial = Telefonens serienummer eller IMEI
arg-app-version = Appens version, som den viser den
arg-medium-serial = Mediets serienummer
arg-medium-register = Mediets nummer i myndighedens register over medier
arg-medium-capacity = Mediets størrelse
arg-write-blocker = Blev mediet læst gennem en skriveblokering? yes eller no
arg-read-out-start = Udlæsningen begyndte, fx 2026-01-31T13:00:00+01:00
arg-read-out-end = Udlæsningen sluttede, fx 2026-01-31T13:10:00+01:00
arg-smart-pack-place = Hvor udlæsningen skete
arg-officer = Hvem der læste ud
arg-officer-number = Vedkommendes tjenestenummer
arg-officer-clearance = Vedkommendes sikkerhedsgodkendelse
arg-second-person = Den anden person til stede
arg-marking = Højeste klassifikation i indholdet
arg-marking-origin = Hvis klassifikationer der forekommer: DK, NATO, EU, flere med komma
arg-marking-by = Hvem der har klassificeret
arg-caveats = Begrænsninger i videregivelse
arg-period-from = Indholdets første dag
arg-period-to = Indholdets sidste dag
arg-messages-shown = Antal beskeder, appen viser; læses et andet antal, standses der
arg-actor = Hvem der handlede; ellers operatørens nummer
arg-second = Den anden person
arg-seal-number = Nummer på et fysisk segl
arg-remark = Bemærkning
arg-smart-custody-event = Hændelse
error-facts-needed = der mangler oplysninger om udlæsningen: { $flags }
next-facts-needed = Giv dem som tilvalg, i en fil med --facts, eller kør på en terminal, så spørges der.
error-facts-file = { $path }: kan ikke bruges som oplysninger ({ $why })
next-facts-file = Skriv en oplysning på hver linje:  medium-serial = "..."
error-source-undescribed = { $path }: { $fault }
next-source-undescribed = Intet er læst ind, og mediet er urørt. Kør beskedarkiv smart probe på det, ret forslaget, prøv det med smart dry-run, og giv det med --mapping FIL eller læg det i pakken som mapping.toml.
error-source-misfit = { $path }: passer ikke til beskrivelsen: { $fault }
next-source-misfit = Intet er læst ind. Ret beskrivelsen, prøv med beskedarkiv smart dry-run, og få den underskrevet igen; se docs/da/smart.md.
error-source-changed = { $path }: er ikke, som den blev forseglet: { $fault }
next-source-changed = Intet er læst ind. Rør ikke mediet; sammenlign med den skrevne kvittering og med en anden kopi.
error-unapproved-mapping = beskrivelsen har { $signatures } af 2 underskrifter fra arkivets operatører
next-unapproved-mapping = To forskellige operatører skriver under med beskedarkiv smart approve.
error-same-person = operatøren har skrevet under i forvejen
next-same-person = En anden operatør skal skrive under.
error-other-custodian = pakken er en anden persons
next-other-custodian = Se med beskedarkiv smart show, hvem pakken er fra, og giv den person med --custodian.
count-bytes = Bytes
count-not-copied = Henvisninger og særlige filer, ikke kopieret
smart-not-read-only = bemærk: mediet er ikke tilsluttet skrivebeskyttet; det skrives i pakken
smart-packed = Pakken ligger i { $path }
smart-head = Forløbet har { $lines ->
    [one] 1 linje
   *[other] { $lines } linjer
  }. Skriv på kvitteringen: { $head }
smart-sealed = Pakken er forseglet; underskrifter: { $signatures }
smart-holds = Pakken holder.
smart-broken = PAKKEN HOLDER IKKE.
smart-signature-holds = underskrift holder: { $by }
smart-signature-broken = UNDERSKRIFT HOLDER IKKE: { $by }
smart-signature-unknown = underskrift med en nøgle, der ikke er kendt her: { $by }
smart-not-signed = Ingen har skrevet under; kør smart seal.
smart-nothing-found = intet på mediet ligner beskeder; skriv en beskrivelse efter docs/da/smart.md
smart-proposed = forslaget ligger i { $path }
smart-missing = udfyld: { $fields }
smart-would-read = Beskrivelsen passer; alt ville blive læst.
smart-refused = INTET VILLE BLIVE LÆST: { $why }
smart-period = Fra { $first } til { $last }
smart-unmapped = Kolonner, som hverken er med eller udeladt: { $columns }
smart-approved = Beskrivelsen er godkendt af to personer.
smart-one-signature = Underskrevet. En anden operatør skal også skrive under.
