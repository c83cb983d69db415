### Alt, hvad programmet siger, på dansk. Nøglerne er de samme som i en.ftl; en test holder dem ens.

## Hjælp: ramme

heading-usage = Brug:
heading-commands = Kommandoer
heading-arguments = Argumenter
heading-options = Tilvalg
heading-common = Fælles tilvalg
value-command = KOMMANDO

## Hjælp: kommandoer

cmd-program = Læser, sorterer, forsegler og dokumenterer tekstbeskeder fra statslige myndigheder
more-program =
    Kom i gang:  beskedarkiv demo

    Arkiv og nøglelager kan også stå i BESKEDARKIV_ARCHIVE og BESKEDARKIV_KEYS eller i
    ~/.config/beskedarkiv/config.toml (archive, keys, holding, passphrase-file, operator, lang).
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
    Stillinger: minister, saerlig-raadgiver, departementschef, afdelingschef, kommitteret, kontorchef,
    direktoer, vicedirektoer, chef, kontorleder, fuldmaegtig, medarbejder.

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
ask-new = Ny adgangskode:
ask-again = Samme adgangskode igen:
ask-source = Adgangskode til sikkerhedskopien:

## Bemærkninger

note-secret-readable = bemærk: { $path } kan læses af andre på maskinen; ret det med chmod 600
note-names-hidden = navne vises kun på en terminal

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
error-config-unreadable = { $path }: konfigurationsfilen kan ikke læses ({ $why })
next-config-unreadable = Ret stien efter --config, eller udelad den.
error-config-fault = { $path }: linje { $why } i konfigurationsfilen passer ikke
next-config-fault = Filen kan indeholde archive, keys, holding, passphrase-file, operator og lang, og intet andet.
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
