### Everything the program says, in English. The keys are those of da.ftl; a test keeps them alike.

## Help: frame

heading-usage = Usage:
heading-commands = Commands
heading-arguments = Arguments
heading-options = Options
heading-common = Common options
value-command = COMMAND

## Help: commands

cmd-program = Reads, sorts, seals and proves the text messages of Danish state authorities
more-program =
    To begin:  beskedarkiv demo

    Archive and key store may also stand in BESKEDARKIV_ARCHIVE and BESKEDARKIV_KEYS or in
    ~/.config/beskedarkiv/config.toml (archive, keys, holding, passphrase-file, operator, lang).
    Passphrases come in a file or are typed when asked for; never as an argument.
    Names, numbers and search words may be given as they are, in a file (@FILE) or on standard
    input (-).

    Exit codes:
      0  done, nothing to look at
      1  internal error
      2  usage
      3  done, with something a person must look at
      4  source unreadable, wrong passphrase, or not a known source
      5  something was changed or damaged
      6  refused by policy or rights
      7  busy: another program is writing to the archive
    130  interrupted; safe to repeat
cmd-retention = The rules for how long a message is kept
cmd-retention-explain = Explains how long one message is kept, and why
more-retention-explain =
    Posts: minister, saerlig-raadgiver, departementschef, afdelingschef, kommitteret, kontorchef,
    direktoer, vicedirektoer, chef, kontorleder, fuldmaegtig, medarbejder.

    Example:
      beskedarkiv retention explain --post kontorchef --authority-kind styrelse --pay-grade 37 \
        --sent-at 2026-01-31 --event resigned:2027-05-31
cmd-completions = Writes a script that lets the shell complete commands
cmd-man = Writes manual pages: into a folder, or the program's own page to standard output
cmd-help = Shows the help of a command

## Help: flags

arg-json = Print one JSON object instead of text
arg-quiet = Print no report and no remarks; errors are always printed
arg-lang = Language of messages and reports; otherwise by the locale
arg-config = Read this configuration file
arg-log = Log to standard error: counts and times only, never content
arg-help = Show help (-h short, --help in full)
arg-version = Show the version
arg-post = Post when the message was sent or received
arg-authority-kind = Kind of authority: departement, styrelse or anden
arg-pay-grade = Pay grade (lønramme)
arg-sent-at = When the message was sent: a date or an instant
arg-received-at = When the message was received; makes it an incoming one
arg-event = Event: resigned, phone-changed, lossy-update or retired-post, and its date; may be repeated
arg-policy = File with the authority's choices where the rules are not plain (TOML)
arg-shell = Shell
arg-dir = Folder
arg-command = Command

## Wrong use

usage-unknown-flag = unknown flag { $flag }
usage-one-too-many = one argument too many
usage-unknown-command = unknown command
usage-missing-command = a command is missing
usage-missing = { $flag } is missing
usage-conflict = { $flag } cannot stand beside { $other }
usage-missing-value = { $flag } lacks a value
usage-bad-value = { $flag }: the value does not fit ({ $why })
usage-utf8 = an argument is not valid UTF-8
usage-other = the command line cannot be understood
next-usage = See what the command takes with --help.
next-usage-like = Did you mean { $like }?

## Questions

ask-operator = Passphrase of the archive:
ask-new = New passphrase:
ask-again = The same passphrase again:
ask-source = Passphrase of the backup:

## Remarks

note-secret-readable = note: others on this machine can read { $path }; mend it with chmod 600
note-names-hidden = names are shown on a terminal only

## Errors, and what to do next

panic = internal error in { $place }
error-internal = internal error: { $what }
next-internal = A run is in the archive whole or not at all, so the command can be repeated. Send the line above to those who maintain the program.
error-output = cannot write the result: { $why }
next-output = See whether the disk is full, and repeat the command.
error-interrupted = interrupted
next-interrupted = Nothing is half-done; the command can safely be repeated.
error-write = { $path }: cannot write ({ $why })
next-write = Choose a folder that may be written to.
error-no-command = there is no command of that name
next-no-command = See the commands with beskedarkiv --help.
error-policy-file = { $path }: not usable as a policy file ({ $why })
next-policy-file = Correct the file; docs/RETENTION.md shows what it may hold.
error-bad-value = { $what }: the value does not fit ({ $why })
next-bad-value = Correct the value and try again; --help shows what may stand there.
error-config-unreadable = { $path }: the configuration file cannot be read ({ $why })
next-config-unreadable = Correct the path after --config, or leave it out.
error-config-fault = { $path }: line { $why } of the configuration file does not fit
next-config-fault = The file may hold archive, keys, holding, passphrase-file, operator and lang, and nothing else.
error-secret-needed = a passphrase is missing, and there is no terminal to ask on
next-secret-needed = Give { $flag } FILE; the first line of the file is the passphrase.
error-secret-unreadable = { $path }: the passphrase cannot be read ({ $why })
next-secret-unreadable = Correct the path, or give yourself read access to the file.
error-secret-empty = { $path }: the first line is empty
next-secret-empty = Write the passphrase on the first line of the file.
error-secret-encoding = { $path }: the passphrase is not valid UTF-8
next-secret-encoding = Save the file as UTF-8.
error-secret-differs = the two passphrases are not the same
next-secret-differs = Try again.
error-fact-empty = { $path }: there is nothing in it
next-fact-empty = Give the value as it is, in a file (@FILE) or on standard input (-).
error-fact-many = { $path }: there is more than one line
next-fact-many = The flag takes one value; leave one line only.
error-fact-unreadable = { $path }: cannot be read ({ $why })
next-fact-unreadable = Correct the path after @. A value that itself begins with @ is written with @@.
error-fact-encoding = { $path }: not valid UTF-8
next-fact-encoding = Save the file as UTF-8.

## Words that other parts of the program say in their own way

word-entity-not-found = does not exist
word-permission-denied = permission denied
word-entity-already-exists = exists already
word-not-a-directory = not a folder
word-is-a-directory = is a folder
word-no-storage-space = the disk is full
word-read-only-filesystem-or-storage-medium = the medium is read-only
word-resource-busy = busy

## Reports

yes = yes
no = no
done-man = The manual pages lie in { $path }
explain-class = Class
explain-years = Years
explain-monthly-copy = Monthly copy
explain-ends-on-departure = Ends on departure
explain-retain-until = Kept up to and including
explain-disposal-from = May be disposed of from
explain-rules = Rules
