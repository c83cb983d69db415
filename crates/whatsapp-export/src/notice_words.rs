//! Sentences that WhatsApp itself writes into a chat, as patterns: `{a}` who did it, `{w}` to whom, `{t}` the
//! new title, `{o}` the old one, `*` anything. Quotation marks of every form are written `"`. What is seen
//! and what is believed stands in `docs/readers/whatsapp-export.md`; a sentence that is not here is kept as
//! an event of its own.

/// What a sentence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Created,
    Renamed,
    Added,
    /// `{w}` was added, joined by a link or by the group's community.
    Joined,
    Removed,
    Left,
    Photo,
    /// The timer of disappearing messages.
    Timer,
    TimerOff,
    Number,
    /// The security code changed: a notice about encryption.
    Security,
    Call,
    /// Anything else that only happens in groups.
    Group,
    /// Anything else.
    Other,
}

use Says::*;

/// Sentences in the order in which they are tried: special before general.
#[rustfmt::skip]
pub(crate) const SENTENCES: &[(Says, &str)] = &[
    // Danish
    (Created, "{a} oprettede gruppen \"{t}\""), (Created, "{a} har oprettet gruppen \"{t}\""),
    (Created, "{a} oprettede denne gruppe*"), (Created, "{a} oprettede gruppen*"),
    (Renamed, "{a} ændrede gruppens navn fra \"{o}\" til \"{t}\""), (Renamed, "{a} ændrede gruppens navn til \"{t}\""),
    (Renamed, "{a} ændrede emnet fra \"{o}\" til \"{t}\""), (Renamed, "{a} ændrede emnet til \"{t}\""),
    (Renamed, "{a} ændrede gruppenavnet fra \"{o}\" til \"{t}\""), (Renamed, "{a} ændrede gruppenavnet til \"{t}\""),
    (Renamed, "{a} har ændret emnet fra \"{o}\" til \"{t}\""), (Renamed, "{a} har ændret emnet til \"{t}\""),
    (Photo, "{a} ændrede gruppens ikon"), (Photo, "{a} ændrede gruppens billede"), (Photo, "{a} ændrede gruppeikonet"),
    (Photo, "{a} ændrede gruppebilledet"), (Photo, "{a} ændrede denne gruppes ikon"), (Photo, "{a} ændrede denne gruppes billede"),
    (Photo, "{a} slettede gruppens ikon"), (Photo, "{a} slettede denne gruppes ikon"), (Photo, "{a} fjernede gruppens ikon"),
    (Group, "{a} ændrede gruppebeskrivelsen*"), (Group, "{a} ændrede beskrivelsen af gruppen*"), (Group, "{a} slettede gruppebeskrivelsen*"),
    (Group, "{a} ændrede denne gruppes indstillinger*"), (Group, "{a} ændrede gruppens indstillinger*"), (Group, "{a} ændrede indstillingerne*"),
    (Group, "{a} nulstillede gruppens invitationslink*"), (Group, "Du er nu administrator*"), (Group, "Du er nu admin*"),
    (Group, "Du er ikke længere administrator*"), (Group, "{a} aktiverede administratorgodkendelse*"),
    (Group, "{a} deaktiverede administratorgodkendelse*"),
    (Joined, "{w} deltog via gruppens link*"), (Joined, "{w} deltog ved hjælp af*link*"), (Joined, "{w} tilsluttede sig*link*"),
    (Joined, "{w} blev medlem*link*"), (Joined, "{w} blev tilføjet"), (Joined, "{w} deltog*fællesskab*"),
    (Removed, "{w} blev fjernet"), (Left, "{w} forlod gruppen"), (Left, "{w} forlod"), (Left, "{w} har forladt gruppen"),
    (Timer, "{a} aktiverede forsvindende beskeder*"), (Timer, "{a} slog forsvindende beskeder til*"), (Timer, "{a} har aktiveret forsvindende beskeder*"),
    (Timer, "{a} opdaterede beskedtimeren*"), (Timer, "{a} opdaterede timeren for beskeder*"),
    (TimerOff, "{a} deaktiverede forsvindende beskeder*"), (TimerOff, "{a} slog forsvindende beskeder fra*"), (TimerOff, "{a} har deaktiveret forsvindende beskeder*"),
    (Number, "{a} skiftede telefonnummer*"), (Number, "{a} har skiftet telefonnummer*"), (Number, "{a} ændrede sit telefonnummer*"),
    (Number, "{a} skiftede til {w}"), (Number, "{a} har ændret sit telefonnummer*"),
    (Security, "Din sikkerhedskode for*"), (Security, "Din sikkerhedskode med*"), (Security, "{a}s sikkerhedskode er ændret*"), (Security, "Sikkerhedskoden*"),
    (Call, "Ubesvaret taleopkald*"), (Call, "Ubesvaret videoopkald*"), (Call, "Ubesvaret gruppe*opkald*"), (Call, "Mistet *opkald*"), (Call, "Mistede *opkald*"),
    (Other, "Du blokerede denne kontakt*"), (Other, "Du ophævede blokeringen af denne kontakt*"), (Other, "{a} er en kontakt*"),
    (Other, "{a} fastgjorde en besked*"), (Other, "Denne chat er med en virksomhedskonto*"), (Other, "Denne virksomhed*"),
    (Other, "Venter på denne besked*"), (Other, "Taleopkald*"), (Other, "Videoopkald*"), (Other, "Gruppeopkald*"),
    (Added, "{a} tilføjede {w}"), (Removed, "{a} fjernede {w}"),
    // English
    (Created, "{a} created group \"{t}\""), (Created, "{a} created the group \"{t}\""), (Created, "{a} created this group*"), (Created, "{a} created the group*"),
    (Renamed, "{a} changed the subject from \"{o}\" to \"{t}\""), (Renamed, "{a} changed the subject to \"{t}\""),
    (Renamed, "{a} changed the group name from \"{o}\" to \"{t}\""), (Renamed, "{a} changed the group name to \"{t}\""),
    (Photo, "{a} changed this group's icon"), (Photo, "{a} changed the group's icon"), (Photo, "{a} changed this group's picture"),
    (Photo, "{a} deleted this group's icon"), (Photo, "{a} changed the group photo"),
    (Group, "{a} changed the group description*"), (Group, "{a} deleted the group description*"), (Group, "{a} removed the group description*"),
    (Group, "{a} changed this group's settings*"), (Group, "{a} changed the settings*"), (Group, "{a} reset this group's invite link*"),
    (Group, "You're now an admin*"), (Group, "You're no longer an admin*"), (Group, "{a} turned on admin approval*"), (Group, "{a} turned off admin approval*"),
    (Group, "{a} is now an admin*"), (Group, "{a} requested to join*"),
    (Joined, "{w} joined using*link*"), (Joined, "{w} joined from the community*"), (Joined, "{w} joined this group*"), (Joined, "{w} was added"), (Joined, "{w} were added"),
    (Removed, "{w} was removed"), (Removed, "{w} were removed"), (Left, "{w} left"), (Left, "{w} left the group"),
    (Timer, "{a} turned on disappearing messages*"), (Timer, "{a} updated the message timer*"), (Timer, "{a} uses a default timer*"),
    (TimerOff, "{a} turned off disappearing messages*"),
    (Number, "{a} changed their phone number*"), (Number, "{a} changed to {w}"), (Number, "{a} has changed their phone number*"),
    (Security, "Your security code with*"), (Security, "{a}'s security code changed*"),
    (Call, "Missed voice call*"), (Call, "Missed video call*"), (Call, "Missed group *call*"),
    (Other, "You blocked this contact*"), (Other, "You unblocked this contact*"), (Other, "{a} is a contact*"), (Other, "{a} pinned a message*"),
    (Other, "This chat is with a business account*"), (Other, "This business*"), (Other, "Waiting for this message*"),
    (Other, "Voice call*"), (Other, "Video call*"), (Other, "Group call*"),
    (Added, "{a} added {w}"), (Removed, "{a} removed {w}"),
    // German
    (Created, "{a} hat die Gruppe \"{t}\" erstellt"), (Created, "{a} haben die Gruppe \"{t}\" erstellt"), (Created, "{a} hast die Gruppe \"{t}\" erstellt"),
    (Created, "{a} hat diese Gruppe erstellt*"), (Created, "{a} hast diese Gruppe erstellt*"),
    (Renamed, "{a} hat den Betreff von \"{o}\" zu \"{t}\" geändert"), (Renamed, "{a} hast den Betreff von \"{o}\" zu \"{t}\" geändert"),
    (Renamed, "{a} hat den Betreff zu \"{t}\" geändert"), (Renamed, "{a} hast den Betreff zu \"{t}\" geändert"),
    (Renamed, "{a} hat den Gruppennamen von \"{o}\" zu \"{t}\" geändert"), (Renamed, "{a} hat den Gruppennamen zu \"{t}\" geändert"),
    (Photo, "{a} hat das Gruppenbild geändert*"), (Photo, "{a} hast das Gruppenbild geändert*"), (Group, "{a} hat die Gruppenbeschreibung geändert*"),
    (Group, "{a} hat die Gruppeneinstellungen*"), (Group, "{a} hat die Einstellungen*"), (Group, "Du bist jetzt Admin*"), (Group, "Du bist jetzt ein Admin*"),
    (Joined, "{w} ist*Einladungslink*beigetreten*"), (Joined, "{w} ist*Gruppenlink*beigetreten*"), (Joined, "{w} wurde hinzugefügt"), (Joined, "{w} wurdest hinzugefügt"),
    (Removed, "{w} wurde entfernt"), (Left, "{w} hat die Gruppe verlassen"), (Left, "{w} hast die Gruppe verlassen"),
    (Timer, "{a} hat selbstlöschende Nachrichten aktiviert*"), (Timer, "{a} hast selbstlöschende Nachrichten aktiviert*"), (Timer, "{a} hat die Nachrichtendauer*"),
    (TimerOff, "{a} hat selbstlöschende Nachrichten deaktiviert*"), (TimerOff, "{a} hast selbstlöschende Nachrichten deaktiviert*"),
    (Number, "{a} hat eine neue Telefonnummer*"), (Number, "{a} hat die Telefonnummer gewechselt*"), (Number, "{a} hat zu {w} gewechselt*"),
    (Security, "Deine Sicherheitsnummer*"), (Security, "Die Sicherheitsnummer*"), (Call, "Verpasster *anruf*"),
    (Added, "{a} hat {w} hinzugefügt"), (Added, "{a} hast {w} hinzugefügt"), (Removed, "{a} hat {w} entfernt"), (Removed, "{a} hast {w} entfernt"),
    // Norwegian
    (Created, "{a} opprettet gruppen \"{t}\""), (Created, "{a} opprettet gruppen*"), (Created, "{a} opprettet denne gruppen*"),
    (Renamed, "{a} endret emnet fra \"{o}\" til \"{t}\""), (Renamed, "{a} endret emnet til \"{t}\""), (Renamed, "{a} endret gruppenavnet fra \"{o}\" til \"{t}\""),
    (Renamed, "{a} endret gruppenavnet til \"{t}\""), (Photo, "{a} endret gruppens ikon*"), (Photo, "{a} endret gruppebildet*"), (Photo, "{a} endret ikonet*"),
    (Group, "{a} endret gruppebeskrivelsen*"), (Group, "{a} endret gruppens innstillinger*"), (Group, "Du er nå administrator*"), (Group, "Du er nå en administrator*"),
    (Joined, "{w} ble med*lenke*"), (Joined, "{w} ble lagt til"), (Removed, "{w} ble fjernet"), (Left, "{w} forlot gruppen"), (Left, "{w} forlot"),
    (Timer, "{a} slo på tidsbegrensede meldinger*"), (Timer, "{a} slo på forsvinnende meldinger*"), (TimerOff, "{a} slo av tidsbegrensede meldinger*"), (TimerOff, "{a} slo av forsvinnende meldinger*"),
    (Number, "{a} byttet telefonnummer*"), (Number, "{a} endret telefonnummer*"), (Security, "Sikkerhetskoden*"), (Call, "Tapt *anrop*"), (Call, "Ubesvart *anrop*"),
    (Added, "{a} la til {w}"), (Removed, "{a} fjernet {w}"),
    // Swedish
    (Created, "{a} skapade gruppen \"{t}\""), (Created, "{a} skapade gruppen*"), (Created, "{a} skapade den här gruppen*"),
    (Renamed, "{a} ändrade ämnet från \"{o}\" till \"{t}\""), (Renamed, "{a} ändrade ämnet till \"{t}\""), (Renamed, "{a} ändrade gruppnamnet från \"{o}\" till \"{t}\""),
    (Renamed, "{a} ändrade gruppnamnet till \"{t}\""), (Photo, "{a} ändrade gruppens ikon*"), (Photo, "{a} ändrade gruppbilden*"), (Photo, "{a} ändrade gruppens bild*"),
    (Group, "{a} ändrade gruppbeskrivningen*"), (Group, "{a} ändrade gruppens inställningar*"), (Group, "Du är nu administratör*"),
    (Joined, "{w} gick med*länk*"), (Joined, "{w} lades till"), (Removed, "{w} togs bort"), (Left, "{w} lämnade gruppen"), (Left, "{w} lämnade"),
    (Timer, "{a} aktiverade försvinnande meddelanden*"), (Timer, "{a} slog på försvinnande meddelanden*"), (Timer, "{a} uppdaterade meddelandetimern*"),
    (TimerOff, "{a} inaktiverade försvinnande meddelanden*"), (TimerOff, "{a} stängde av försvinnande meddelanden*"),
    (Number, "{a} bytte telefonnummer*"), (Number, "{a} har bytt telefonnummer*"), (Security, "Din säkerhetskod*"), (Call, "Missat *samtal*"),
    (Added, "{a} lade till {w}"), (Removed, "{a} tog bort {w}"),
    // Dutch, French, Spanish, Portuguese, Italian
    (Created, "{a} heeft de groep \"{t}\" gemaakt*"), (Renamed, "{a} heeft het onderwerp gewijzigd van \"{o}\" naar \"{t}\""), (Joined, "{w} is toegevoegd"),
    (Left, "{w} heeft de groep verlaten"), (Number, "{a} heeft een nieuw telefoonnummer*"), (Security, "Uw beveiligingscode*"), (Call, "Gemist*oproep*"), (Call, "Gemist*gesprek*"),
    (Added, "{a} heeft {w} toegevoegd"), (Removed, "{a} heeft {w} verwijderd"),
    (Created, "{a} a créé le groupe \"{t}\""), (Renamed, "{a} a changé le sujet de \"{o}\" à \"{t}\""), (Left, "{w} est parti(e)"), (Left, "{w} a quitté le groupe*"),
    (Security, "Votre code de sécurité*"), (Call, "Appel vo*manqué*"), (Call, "Appel vi*manqué*"), (Added, "{a} a ajouté {w}"), (Removed, "{a} a supprimé {w}"),
    (Created, "{a} creó el grupo \"{t}\""), (Renamed, "{a} cambió el asunto de \"{o}\" a \"{t}\""), (Left, "{w} salió del grupo"), (Left, "{w} salió"),
    (Security, "Cambió tu código de seguridad*"), (Call, "Llamada*perdida*"), (Call, "Videollamada*perdida*"), (Added, "{a} añadió a {w}"), (Removed, "{a} eliminó a {w}"),
    (Created, "{a} criou o grupo \"{t}\""), (Left, "{w} saiu"), (Added, "{a} adicionou {w}"), (Removed, "{a} removeu {w}"),
    (Created, "{a} ha creato il gruppo \"{t}\""), (Left, "{w} ha abbandonato*"), (Added, "{a} ha aggiunto {w}"), (Removed, "{a} ha rimosso {w}"),
];

/// The owner of the phone, where a sentence speaks to them.
pub(crate) const YOU: &[&str] = &[
    "du",
    "dig",
    "dig selv",
    "you",
    "your",
    "dich",
    "deg",
    "dig själv",
    "u",
    "vous",
    "tú",
    "você",
    "tu",
    "hai",
];
