### Everything the program says, in English. The keys are those of da.ftl; a test keeps them alike.

## Help: frame

heading-usage = Usage:
heading-commands = Commands
heading-arguments = Arguments
heading-options = Options
heading-common = Common options
value-command = COMMAND
value-options = OPTIONS
man-name = NAME
man-synopsis = SYNOPSIS
man-description = DESCRIPTION
man-notes = NOTES
man-exit = Exit codes

## Help: commands

cmd-program = Reads, sorts, seals and proves the text messages of Danish state authorities
more-program =
    To begin:  beskedarkiv demo

    Archive and key store may also stand in BESKEDARKIV_ARCHIVE and BESKEDARKIV_KEYS or in
    ~/.config/beskedarkiv/config.toml (archive, keys, holding, passphrase-file, identity, operator,
    seen, lang).
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
arg-custodian-event-event = Event: resigned, phone-changed, lossy-update, retired-post and its date, or no-copy and the month: no-copy:2026-05
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
ask-witness = The witness's passphrase:
ask-copy = Passphrase of the copy of the key store:
ask-second = The second operator's passphrase:
ask-new = New passphrase:
ask-again = The same passphrase again:
ask-source = Passphrase of the backup:

## Remarks

note-secret-readable = note: others on this machine can read { $path }; mend it with chmod 600
nothing-here = There is nothing.
note-names-hidden = names are shown on a terminal only
note-not-remembered = note: the operator's memory of the archive could not be written; set seen in the configuration file to a folder that can be written to
anchor-not-kept = note: the archive could not keep the cosignature; it stands in what is printed, and with the witness

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
error-input-file = { $path }: line { $line }: { $why }
next-input-file = Correct the file, or give another; line 0 is the file as a whole.
error-config-unreadable = { $path }: the configuration file cannot be read ({ $why })
next-config-unreadable = Correct the path after --config, or leave it out.
error-config-fault = { $path }: line { $why } of the configuration file does not fit
next-config-fault = The file may hold archive, keys, holding, passphrase-file, identity, operator, seen and lang, and nothing else.
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
word-not-an-answer-of-a-time-stamping-authority--or-a-damaged-one = not an answer of a time-stamping authority, or a damaged one
word-the-time-stamp-is-of-something-else = the time stamp is of something else
word-the-signature-on-the-time-stamp-does-not-hold = the signature on the time stamp does not hold
word-the-certificate-may-not-stamp-times--or-was-not-valid-at-that-time = the certificate may not stamp times, or was not valid at that time
word-no-trusted-certificate-vouches-for-the-authority = no trusted certificate vouches for the authority
word-not-a-proof--or-a-damaged-one = not a proof, or a damaged one
word-the-header-is-not-of-a-segment-of-this-archive = the header is not of a segment of this archive
word-the-records-are-not-what-the-header-commits-to = the records are not what the header commits to
word-the-header-is-not-in-the-log-that-the-checkpoint-signs = the header is not in the log that the checkpoint signs
word-no-trusted-key-signed-the-checkpoint = no trusted key signed the checkpoint
word-the-signature-on-the-checkpoint-is-wrong = the signature on the checkpoint is wrong
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

cmd-demo = Shows the whole on a small encrypted backup that the program makes itself
more-demo =
    Makes in the folder: backup, archive, keys, holding and export, and three files:
    passphrase.txt with the operator's passphrase, backup-passphrase.txt with the backup's, and
    trusted-keys with the key that the proofs of the production are verified by. All in it is
    invented. Without DIR it uses beskedarkiv-demo in the current folder.

    Try afterwards:
      beskedarkiv inspect --backup-passphrase-file DIR/backup-passphrase.txt DIR/backup
      beskedarkiv verify --archive DIR/archive --keys DIR/keys --passphrase-file DIR/passphrase.txt
      beskedarkiv verify --trusted-keys DIR/trusted-keys \
        --proof DIR/export/data/proofs/0000001.proof
cmd-init = Makes an empty archive and its key store
cmd-custodian = The register of those whose messages are kept
cmd-custodian-add = Adds a person to the register
cmd-custodian-list = Shows the register
cmd-custodian-show = Shows one person
cmd-custodian-role = Gives a person a post for a period
cmd-custodian-device = Registers a phone or a number
cmd-custodian-event = Records an event: resignation, change of phone and the like
cmd-custodian-end = Gives a post, a phone or a number its last day
more-custodian-end =
    FACT is the number in brackets before it in custodian show; with --show-names one sees which
    phone or number it is about.
cmd-custodian-withdraw = Withdraws a wrong fact; both entries stay in the chain
cmd-policy = What the guidelines leave to the authority
cmd-policy-show = Shows the policies the archive was kept by, the one in force last
cmd-policy-set = Puts a policy in force for the copies that follow
hold-placed = The hold has number { $hold }. Nothing it covers can be disposed of.
hold-phones = Hold { $hold }: was automatic deletion on the phones stopped? Note it with hold note.
hold-noted = Noted at hold { $hold }.
hold-released = Hold { $hold } is released; it blocks until { $date }.
dispose-waiting = Plan { $plan } by the day { $date }: messages { $messages }, approvals { $approvals }.
dispose-planned = Plan { $plan } by the day { $date }: have two persons approve it with dispose approve.
dispose-nothing = By the day { $date } nothing may be disposed of.
dispose-barred = Past its time, and may not be disposed of:
dispose-approved = Approved: { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  }. Approvals in all: { $approvals ->
    [one] 1. A second person must approve too.
   *[other] { $approvals }.
  }
dispose-done = Disposed of: entry { $entry }. Keys and content are gone from archive and key store.
dispose-pending = Pending: { $copy }
dispose-confirmed = Noted at the disposal of entry { $entry }.
dispose-decided = The decision stands in entry { $entry }.
dispose-day = The day { $date } is confirmed in entry { $entry }.
dispose-state-begun = Entry { $entry }, { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  }: begun; run dispose run.
dispose-state-pending = Entry { $entry }, { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  }: disposed of here, copies pending.
dispose-state-final = Entry { $entry }, { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  }: final.
split-again = The new epoch's key lies whole in the key store, and that of the one before was in shares. Split it again: key split, then key custody finish.
request-approved = Approved. Approvals in all: { $approvals ->
    [one] 1. A second person must approve too.
   *[other] { $approvals }.
  }
erase-asked = Request { $request }: have a second person approve it with erase approve, then erase run.
erase-alike = The same message, not named in the request: { $message }
erase-waiting = Request { $request }, decision { $decision }: { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }, { $approvals ->
    [one] 1 approval
   *[other] { $approvals } approvals
  }.
erase-done = Erased: entry { $entry }. Messages, salts and the bundle's old key are gone from archive and key store.
erase-state-begun = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: begun; run erase run.
erase-state-pending = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: erased here, copies pending.
erase-state-final = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: final.
restamp-nothing = Every message that could be opened is stamped as the register says.
restamp-asked = Request { $request }: nothing is due earlier. Carry it out with restamp run.
restamp-asked-two = Request { $request }: messages would be due earlier. Have a second person approve it with restamp approve, then restamp run.
restamp-waiting = Request { $request }: nothing is due earlier.
restamp-waiting-two = Request { $request }: messages would be due earlier; { $approvals } of two approvals.
restamp-done = Entry { $entry }: { $n ->
    [one] 1 message
   *[other] { $n } messages
  } in { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  } { $n ->
    [one] is
   *[other] are
  } stamped otherwise from now on.
transfer-asked = Request { $request }: have a second person approve it with transfer approve, then transfer run.
transfer-waiting = Request { $request }, decision { $decision }: { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  } from { $from } to { $to }, { $approvals ->
    [one] 1 approval
   *[other] { $approvals } approvals
  }.
transfer-done = Moved: entry { $entry }. Nothing of it, and no old key, is left where it was.
transfer-state-begun = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: begun; run transfer run.
transfer-state-pending = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: moved here, copies pending.
transfer-state-final = Entry { $entry }, decision { $decision }, { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  }: final.
handover-key = The key is in { $path }: send it to the archive that hands over.
handover-words = Words to compare by telephone: { $words }
handover-asked = Request { $request }: { $buckets ->
    [one] 1 bundle
   *[other] { $buckets } bundles
  } to archive { $receiver }. Compare the words with the receiver, have a second person approve it with handover approve, then handover give.
handover-hold = The hold of entry { $hold } of the giver goes along and is placed with the receiver.
handover-given = Handed over in entry { $entry }: { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  } and { $attachments ->
    [one] 1 attachment
   *[other] { $attachments } attachments
  }, in { $path }.
handover-digest = SHA-256 of the package: { $digest }
handover-without = Not in it: { $withheld } withheld, { $erased } erased, { $disposed } disposed of.
handover-taken = Taken over in entry { $entry } as { $custodian }: { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  } and { $attachments ->
    [one] 1 attachment
   *[other] { $attachments } attachments
  }.
handover-taken-before = The package was taken over before, in entry { $entry } as { $custodian }: { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  } and { $attachments ->
    [one] 1 attachment
   *[other] { $attachments } attachments
  }. Nothing was added.
handover-receipt = The receipt is in { $path }: send it to the archive that handed over.
handover-received = The receiver has { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  }; its receipt stands in entry { $entry }.
handover-let-go = Request { $request }: what the receiver has may go here. Have a second person approve it with erase approve, then erase run.
handover-barred = Nothing may go here yet: { $why }. Run handover finish again when that is over.
handover-nothing-left = Nothing of it is left here.
handover-waiting = Request { $request }, decision { $decision }: { $custodian } to archive { $receiver }, { $approvals ->
    [one] 1 approval
   *[other] { $approvals } approvals
  }.
handover-state-given = Entry { $entry }: { $custodian } to archive { $receiver }, { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  }: both archives have them; the receipt is awaited.
handover-state-received = Entry { $entry }: { $custodian } to archive { $receiver }, { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  }: received.
handover-was-taken = Entry { $entry }: { $custodian } from archive { $giver }, { $messages ->
    [one] 1 message version
   *[other] { $messages } message versions
  }.
register-restamp = Messages in { $n ->
    [one] 1 bundle
   *[other] { $n } bundles
  } may be stamped otherwise now; run restamp request.
status-restamp = Bundles that may be stamped otherwise (restamp)
word-in-force = in force
word-grace = released, in grace
word-released = released
word-other-copies-of-the-key-store-made-before-the-disposal--not-stated = other copies of the key store made before the disposal: not stated
more-policy-set =
    FILE is TOML. What it does not name is as here:
      unlisted_chiefs = "keep"            # or "letter"; see docs/RETENTION.md
      allow_key_destruction = false       # true: two administrators may destroy all keys
      earliest_plausible = "2007-01-01"   # earlier times come from a clock that was never set

      {"[sorting]"}
      mode = "sort"                # or "assist", "rules-only", "off"
      review-days = 30             # days that something waits in the holding area, 1 to 366
      review-at-most = 35          # of a hundred messages you can read so many, 1 to 100
      journalised = "keep"         # or "leave-out": leave out what is on a case file
      exclude-attachments = false  # true: exclude on the text alone, even where there is an attachment
      exclude-misdirected = true   # false: ask about what was sent by error
      lost-work = 100              # what it costs to lose a work message,
      kept-private = 5             # to keep a private one,
      review = 1                   # and to have a person read one; less than the other two
cmd-status = Shows which months have copies, what the copies showed, and what waits
cmd-review = Review of messages that are held back
cmd-review-list = Shows how much waits, and until when; opens nothing
cmd-review-first = The owner's own first review: only the owner and counsel can open what is held back
more-review-first =
    Given before the copy is ingested. The operators named get the right review for the custodian;
    everybody else, the one who asks too, loses access to this custodian's messages. Each change is
    an entry in the log. Afterwards operator grant gives the access again; what was held back
    meanwhile still opens to those named alone.
cmd-review-next = Shows what waits, conversation by conversation, and takes decisions
more-review-next =
    Keys: k keep all, e exclude all (e p personnel, e v private, e f misdirected),
    2k 3-5e single ones, u undo, n next, ! a note, = show again, q quit, ? help.
    Several may stand on one line. Every decision is an entry of the log with name and time.
    A message nobody decided on by the deadline is kept. Where the period is 25 years, two persons
    must agree to exclude.
    With --json everything that waits is written, and nothing is asked.
cmd-review-decide = Decides messages by name, as review next --json shows them
cmd-review-settle = Moves what is decided and what is past its deadline: into the archive, or destroyed
more-review-settle =
    Every ingest does so too. What was decided to be kept moves at once; the rest on the deadline.
cmd-review-sample = Draws a sample of what is excluded and judges it blind
more-review-sample =
    With --size and --seed a new sample is drawn; the seed must be random and settled before the
    pile is known (dice, a figure of the day), and it is recorded in the log. Without, what is left
    is judged.
    k: the message has work content and is kept; e: it was rightly excluded.
cmd-review-report = Figures of the sorting: routes, samples and what they say, agreement of two
cmd-policy-ceiling = Sets the ceiling of the archive: the highest classification that it may hold
more-policy-ceiling =
    LEVEL is UKL, TTJ, FTR, HEM, YHM or the marking in full, NATO's and the EU's among them. Without
    a decision the ceiling is TIL TJENESTEBRUG. It cannot be set below what the archive holds.
cmd-policy-declassify = Records that the issuer declassified a person's messages
more-policy-declassify =
    Only messages of exactly this level in the period. Without --from and --to it is all of them.
cmd-policy-markings = Shows the ceiling and every decision about markings
cmd-media = The register of media and of devices in custody
more-media =
    Persons, places and serial numbers are shown on a terminal or with --show-names.
    Codes of telephones are never recorded; fields that look like a code are refused.
cmd-media-add = Enters a medium or device in the register
cmd-media-list = Shows the register; ends with 3 when a read-out is overdue
cmd-media-show = Shows one medium with its movements
cmd-media-move = Records a movement, and writes its receipt (in Danish)
cmd-media-receipt = Writes a receipt or record (in Danish), or records that the receipt came back signed
cmd-media-read-out = Records that a device was read out
cmd-media-destroy = Records that a medium was destroyed, and writes the record of it (in Danish)
cmd-operator = Who may do what
cmd-operator-add = Adds an operator, without rights as yet
cmd-operator-grant = Grants an operator rights in the place of those it had
cmd-operator-revoke = Takes all rights from an operator
cmd-operator-list = Shows the operators
cmd-operator-review = Shows who may do what, since when, and what was not used
more-operator-review =
    For the check every half year. A right that was granted more than 183 days ago and not used
    since stands out (exit code 3). Reading (query) leaves no entry in the chain.
cmd-inspect = Says what a source is and what is in it; no content
cmd-read = Writes a source's messages as JSON Lines; touches no archive
cmd-classify = Sorts messages: work, personnel, private, misdirected; touches no archive
more-classify =
    Reads normalised messages as JSON Lines from a file or standard input and writes one verdict
    per message in the same order. docs/CLASSIFIER.md says how it decides.

    Example:
      beskedarkiv read SOURCE | beskedarkiv classify --contacts contacts.json --role kontorchef
cmd-classify-train = Trains a model on labelled conversations
more-classify-train =
    Labelled conversations are .txt files as in fixtures/classify, or .jsonl with a field label.
    The same files give the same bytes.
cmd-classify-evaluate = Measures the sorting on labelled conversations that the model did not learn from
cmd-ingest = Takes a source into the archive: the main job
more-ingest =
    Asks for no operator passphrase: ingest can write and cannot read.
    The same source again adds nothing. Ends with a receipt to print.
cmd-run = Runs a job file with several persons and sources
more-run =
    Takes every source of the job file in, as ingest does, and asks for nothing. One that fails
    does not stop the others. Ends with 0, with 3 where a person must look at something, and
    otherwise with the code of the first that failed. What a job file may hold:
    beskedarkiv job check --help.
cmd-job = Job files
cmd-job-check = Looks a job file over without running it
more-job-check =
    Looks whether archive, key store, sources, passphrases and key files are there, and whether the
    persons are in the register; opens no source. Ends with 3 where something is missing. The job
    file is TOML. Paths count from its own folder, and the configuration file does not apply here:

      archive = "/srv/archive"
      keys = "/srv/keys"
      holding = "/srv/holding"       # else "holding" beside the key store
      report = "report.json"         # optional: the report goes to this file too
      parallel = 2                   # so many sources are opened at the same time, 1 to 16

      {"[[copy]]"}                       # one for each source
      custodian = "minister-1"       # id in the register
      source = "/media/copy/00008110-000A1B2C3D4E"

      # the rest is optional
      backup_passphrase_file = "copy-pass.txt"   # the source's passphrase
      backup_key_file = "key.bin"    # the source's key file
      owner = "+4540112233"          # the owner's number, where the source does not say it
      owner_name = "NAME"            # the owner's name as the source writes it
      date_order = "dmy"             # or "mdy", "ymd": dates that can be read in two ways
      zone = "Europe/Copenhagen"     # time zone of an exported chat
      mapping = "mapping.toml"       # description of a read-out of SMART
      copy_date = "2026-06-01"       # date of the copy; else the source's own
      mode = "assist"                # or "sort", "rules-only", "off"; else by the policy
      contacts = "contacts.json"     # from address or name to relation
      journal = "list.csv"           # journalised messages
      attest_device = true           # vouch for an unknown phone or number
cmd-job-units = Writes what has a computer run a job file every month
more-job-units =
    NAME.service and NAME.timer for systemd, NAME.xml for the Task Scheduler of Windows. Nothing is
    overwritten.
    Linux:    put the two into /etc/systemd/system, and give: systemctl enable --now NAME.timer
    Windows:  schtasks /create /tn NAME /xml NAME.xml /ru ACCOUNT
    The job runs on the first of the month, and afterwards where the computer was off. The service
    reaches no network and writes to the job's own folders only. A job that ends with 3 shows as
    failed: so somebody sees it.
cmd-verify = Verifies the archive, without keys or with them
more-verify =
    Without keys: every header, hash, signature and right, and the digests of what is stored. With
    keys: also the contents. With --proof and --trusted-keys: exported messages, without any
    archive; prints what is proved. Ends with 0 where everything holds and with 5 where it does not.
cmd-export = Makes a production that a person can read
cmd-hold = Legal holds: messages that must not be disposed of, whatever their time
cmd-hold-place = Holds messages, as when an inquiry was decided
more-hold-place =
    Everything that could hold a match is held: without --custodian everybody, without --from and
    --to all days. A service (--service) is recorded and narrows nothing. Mind the phones: switch
    automatic deletion off and give --auto-delete-stopped, or note it later with hold note.
cmd-hold-note = Notes that automatic deletion on the phones was stopped
cmd-hold-release = Releases a hold; takes two persons
more-hold-release =
    Two different operators with the right hold each give a passphrase. The hold goes on blocking
    until the days of grace (--grace) are over.
cmd-hold-list = Lists the holds
cmd-dispose = Disposal at the end of retention
more-dispose =
    plan, then approve by two different persons, then run. The chain stays: every entry is there,
    without the content that was disposed of. docs/da/vejledning.md has the whole course.
cmd-dispose-show = Shows what is in a plan, before it is approved
cmd-dispose-plan = Finds what may be disposed of, and why; changes nothing
cmd-dispose-approve = Approves exactly this plan; two different persons must
cmd-dispose-run = Carries out an approved plan, or completes what was interrupted
more-dispose-run =
    Holds and day are looked at again: the newest counts. Without PLAN what was begun is completed.
    Name every older copy of the key store with --copy; a disposal is final only when they are
    confirmed to be destroyed with dispose confirm.
cmd-dispose-confirm = Confirms that an older copy of the key store is destroyed
more-dispose-confirm =
    --copy others are the copies that nobody named.
cmd-dispose-list = Lists the disposals and how far they have come
cmd-dispose-certificate = Writes certificates, as JSON and as a Danish page to be filed
cmd-dispose-preservation = Records what the national archives decided about preservation
more-dispose-preservation =
    discard: may be discarded; preserve: must be preserved; delivered: preserved and delivered.
    Without a decision nothing is disposed of.
cmd-dispose-today = Confirms what day it is, where nothing but the clock says so
cmd-erase = Erases single messages by a decision; takes two persons
more-erase =
    For a message that was found to be private after all, or was ordered erased: request, then
    approve by a second person, then run. Every version of it goes, with its salt and its
    attachments; the bundle gets a new key. The chain keeps that it was there and by which decision
    it went; a later copy of the phone does not bring it back. A hold wins.
cmd-erase-request = Asks for messages to be erased; changes nothing
more-erase-request =
    --message is the entry and place as messages.jsonl of a production has them ("entry", "place");
    or name a production and the numbers it shows. The reason stands in the certificate: no content.
    Ends with 3 where the same message lies elsewhere too, as from another phone.
cmd-erase-approve = Approves exactly this request; a second person must
cmd-erase-run = Carries out an approved request, or completes what was interrupted
more-erase-run =
    Holds and day are looked at again: the newest counts. Without REQUEST what was begun is
    completed. Name every older copy of the key store with --copy; an erasure is final only when
    they are confirmed to be destroyed with erase confirm.
cmd-erase-confirm = Confirms that an older copy of the key store is destroyed
cmd-erase-list = Lists requests that wait, and erasures and how far they have come
cmd-erase-certificate = Writes certificates, as JSON and as a Danish page to be filed
cmd-restamp = Gives messages in the archive the periods that the register gives today
more-restamp =
    For what the register learned after messages were taken in: a person turned out to be a manager,
    left earlier, changed phones. request finds every message that would be stamped otherwise, with
    the rules before and after; run appends the entry. No message moves. Where something would be
    due earlier, two persons must want it: approve.
cmd-restamp-request = Finds what would be stamped otherwise, and asks for it; changes nothing
cmd-restamp-approve = Approves exactly this request; needed where something would be due earlier
cmd-restamp-run = Carries a request out
cmd-restamp-list = Lists requests that wait
cmd-transfer = Moves messages that were taken in under the wrong person or phone; takes two persons
more-transfer =
    request, then approve by a second person, then run. The records stay what they were and go,
    sealed anew, to the right person; where they were, their hashes stay, so that earlier proofs
    hold. The bundle they leave gets a new key. A hold wins.
cmd-transfer-request = Asks for messages to be moved; changes nothing
more-transfer-request =
    --run is the number of an ingest (its report has it): everything it took in. --to-device is the
    fact of the right phone as custodian show has it; without: from no known phone.
cmd-transfer-approve = Approves exactly this request; a second person must
cmd-transfer-run = Carries out an approved request, or completes what was interrupted
cmd-transfer-confirm = Confirms that an older copy of the key store is destroyed
cmd-transfer-list = Lists requests that wait, and transfers and how far they have come
cmd-transfer-certificate = Writes certificates, as JSON and as a Danish page to be filed
cmd-handover = Hands a person over to the archive of another authority, proofs kept; takes two persons
more-handover =
    The receiver makes a key: key. The giver asks for it, a second person approves, and give writes
    one file that the receiver alone can open. take verifies all of it against the giver's log and
    takes it over whole or not at all; its receipt goes back: finish. Until then both archives have
    everything.
cmd-handover-key = Receiver: makes a key to hand over to, and words to compare by telephone
cmd-handover-request = Giver: asks for a person to be handed over; changes nothing
cmd-handover-approve = Giver: approves exactly this request; a second person must
cmd-handover-give = Giver: writes the package of an approved request, and enters it in the log
cmd-handover-take = Receiver: verifies a package, takes it over and writes a receipt
more-handover-take =
    The trusted key of the giver must come by another way than the package: what checkpoint show
    printed there. Where this archive has a person of the same name, --custodian says that it is the
    same one.
cmd-handover-finish = Giver: checks the receipt, and asks for what the receiver has to go here
more-handover-finish =
    What goes, goes as an erasure: a second person approves it with erase approve, then erase run. A
    hold wins here too; the receiver has it already.
cmd-handover-list = Lists requests that wait, and what was handed over and taken over
cmd-checkpoint = The signed state of the chain
cmd-checkpoint-show = Prints the signed state of the chain, and the key for a trusted-keys file
cmd-checkpoint-sign = Cosigns the state of the chain as an operator
cmd-checkpoint-witness = Lets a witness see the archive: did it grow from what the witness saw last?
more-checkpoint-witness =
    FILE lies on a medium that somebody else keeps. The witness remembers the last state it has
    seen and cosigns the new one when the chain only grew. If entries are gone or the chain was
    rewritten, it refuses (5) and goes on remembering the old one.

    The first time:  beskedarkiv checkpoint witness --new --name archives/anna /media/stick/witness
    After that:      beskedarkiv checkpoint witness /media/stick/witness
cmd-checkpoint-verify-printed = Holds the archive to groups that were typed from a printed sheet
cmd-checkpoint-timestamp = Time stamps by RFC 3161, carried by a medium
more-checkpoint-timestamp =
    --query writes a query for the newest state of the chain. Carry the file to a time-stamping
    authority, and give the answer with --response and the authority's certificate (PEM) with
    --tsa-certificate; it is verified without a network and kept beside the chain. Without either
    the time stamps that there are are shown.
cmd-checkpoint-accept = Takes the archive as it is, after an older copy was put back
more-checkpoint-accept =
    The operator remembers how long the chain was, and refuses an archive that is shorter or was
    rewritten. Where that was done on purpose, because an older copy was put back, it is accepted
    here. The old memory is kept beside the new one.
cmd-checkpoint-renew = Hashes everything in the archive again by a later hash, before the old one is broken
more-checkpoint-renew =
    First the whole archive is verified without keys. Then entries are appended that hash every
    entry and everything sealed again, by SHA3-256 in the place of SHA-256, and the chain goes on
    with that. Older checkpoints, sheets and proofs hold as before. There is no way back. Have the
    new state cosigned, printed and time-stamped afterwards: what anchors the chain is the newest
    state that somebody else remembers.
cmd-backup = Copies the archive to a place that must not be able to read it
more-backup =
    Only what is sealed travels. Before anything is written, all of it is looked through for keys,
    numbers of keys, names and numbers of the register and what --canary names; if anything is
    found, the copy is refused (6). Then everything is read back and verified, and SHA256SUMS says
    what the copy consists of. The same command again carries over what is new.

    Example:
      beskedarkiv backup --offsite /media/disk/archive
      beskedarkiv backup verify /media/disk/archive
      beskedarkiv backup restore /media/disk/archive --to /srv/drill
cmd-backup-verify = Verifies a copy: every file against the list, and the archive in it without keys
cmd-backup-restore = Puts a copy back into an empty folder and verifies it
cmd-backup-store = Copies in an object store (S3)
cmd-backup-store-probe = Tries what a store really enforces: writing once, retention, no deletion, no shortening
more-backup-store-probe =
    Leaves two objects of 32 bytes there, one retained for a day, the other as long as the store
    retains everything. A store is called WORM only when every attempt to overwrite, delete, shorten
    and loosen failed, and when what is put gets a retention by itself. Otherwise the answers are
    listed, and the code is 3. STORE.toml:

      endpoint = "https://s3.example.dk"
      bucket = "archive"
      region = "eu-north-1"
      prefix = "ministry"          # optional
      access_key = "..."
      secret_key_file = "secret"   # its first line, relative to this file
      ca_file = "ca.pem"           # optional: certificates that alone vouch for the host
      worm = true                  # refuse a store that is not WORM
cmd-backup-store-put = Puts a copy that backup --offsite made into a store
more-backup-store-put =
    The copy is verified and looked through once more, for keys and names where --keys says where
    they are. Every file lies in the store under its SHA-256 and counts when it was read back. An
    interrupted put is continued by giving it again. Nothing is overwritten and nothing deleted.
cmd-backup-store-take = Takes a copy back from a store into an empty folder and verifies it
cmd-repair = Makes lists of known messages anew that are damaged
more-repair =
    Without the lists nothing can be taken in: the archive does not know what it has. They are no
    part of the chain, and no message is lost with them. They are made again from what is stored,
    and from the entries about what was held back; an entry in the chain says what was done. Needs
    the right admin, and an operator who can open everything: what cannot be opened may be stored
    again by the next copy (code 3). What makes the same message known when another kind of source
    tells it is not made again: it is then stored as a message of its own. Where nothing is wrong,
    nothing is done.
cmd-key = The keys: split custody, a copy on a medium of its own, the lock
cmd-key-split = Splits the epoch's key into shares on paper
more-key-split =
    Writes a sheet for each share to an empty folder. Print the sheets, delete the files, and give
    the shares to different persons. Try them (key drill), and end with key custody finish: after
    that the key store does not have the key any more. Whoever has a grant reads as before; a new
    grant needs the shares (operator grant --share).
cmd-key-drill = Tries whether the shares give the epoch's key and the key opens all; writes no key
cmd-key-custody = Split custody of the epoch's key
cmd-key-custody-finish = Removes the key store's own copy of the epoch's key, the shares just tried
cmd-key-recover = Puts the epoch's key back into the key store with the help of the shares
cmd-key-rotate = Begins a new epoch: fresh keys for it and for everybody who reads
more-key-rotate =
    What is wrapped to the old keys is wrapped to the new ones, and the old keys are destroyed. An
    older copy of the key store opens nothing that is disposed of after that. If the epoch's key was
    split, the shares are needed (--share), and the new key must be split again.
cmd-key-reseal = Gives buckets new keys, as an entry in the chain
more-key-reseal =
    For when a bucket's key may have been copied, or its cipher is to be a newer one. Without
    --custodian all buckets are meant. Each gets a new key, and the key of everything in it is
    wrapped to that; with --bodies the messages are encrypted anew as well (attachments keep
    theirs). Proofs stay what they are. Whoever copied both an old key and the archive of that time
    can still read that copy. What waits in the holding area (--holding) goes along.
cmd-key-backup = Seals a copy of the key store into a file, for a medium of its own
more-key-backup =
    The copy gets a passphrase of its own and a last day (92 days if none is named): an old copy of
    the keys could otherwise open what was disposed of. The holding area's keys never go along, nor
    does the epoch's key once it is in split custody.
cmd-key-restore = Opens a copy into an empty key store
cmd-key-copies = Shows the copies that were made of the key store, and which are destroyed
cmd-key-gone = Notes that a copy of the key store is destroyed
cmd-key-lock = Locks the key store: nothing is ingested or looked up before an administrator unlocks it
cmd-key-unlock = Unlocks the key store
cmd-key-destroy = Destroys all keys: what the archive holds can then never be read
more-key-destroy =
    Is off unless the policy in force has allow_key_destruction = true. Two administrators give a
    passphrase each, and --confirm is the first eight digits of the archive's number. It stands in
    the chain before the first key goes. Copies of the key store and printed shares are to be
    destroyed by themselves. The same command completes a destruction that was interrupted.

arg-archive = Folder of the archive
arg-keys = Folder of the key store; must lie outside the archive
arg-passphrase-file = File whose first line is the operator's passphrase
arg-identity = File with the operator's own key (age), in the place of a passphrase
arg-init-identity = Not here: the first operator has a passphrase; a key of their own (age) is added afterwards with operator add --recipient
arg-recipient = The new operator's own key (age), in the place of a passphrase; or a file with several, each of which unlocks
arg-second-identity = File with the second operator's own key (age), in the place of a passphrase
arg-new-passphrase-file = File whose first line is the new operator's passphrase
arg-backup-passphrase-file = File whose first line is the source's passphrase
arg-backup-key-file = File with the source's key
arg-owner = The owner's number, where the source does not say it
arg-owner-name = The owner's name as the source writes it
arg-date-order = Order of day, month and year in the source
arg-zone = Time zone of an exported chat, such as America/Nuuk (Europe/Copenhagen where not given)
arg-name = Name
arg-show-names = Show names and numbers (on a terminal only)
arg-sources = Source: folder, zip, tar or file; recognised by its content
arg-summary = Write the tally as JSON to this file
arg-classify-messages = Normalised messages, JSON Lines; without: standard input
arg-classify-mode = How much the machine may decide
arg-classify-evaluate-mode = How much the machine may decide
arg-classify-policy = File with what errors cost (TOML)
arg-classify-evaluate-policy = File with what errors cost (TOML)
arg-classify-train-out = Write the model to this file
arg-contacts = JSON object from address or name to relation: family, union_rep, colleague, press ...
arg-role = The owner's post
arg-model = The authority's own model; without: the program's
arg-without = Leave something out, to measure what it is worth
arg-share = Learn from this many percent of the conversations only
arg-bare = Without relation and post
arg-labelled = Files or folders with labelled conversations
arg-custodian = Whose messages: id in the register
arg-operator-grant-custodian = Only these persons' messages may be read; without: everybody's
arg-holding = Folder for messages that await a person or are left out; else "holding" beside the key store
arg-copy-date = Date of the copy; else the source's own
arg-mode = How much the machine may decide; else by the archive's policy
arg-all = Also what is decided or excluded
arg-limit = At most so many conversations; without: all
arg-as = The decision
arg-ground = Why it is excluded
arg-note = A note that goes with the decision
arg-items-file = File with names of messages
arg-items = Names of messages: eight digits of the run and a number
arg-journal = List of journalised messages (CSV or JSON); the policy says whether they are kept or left out
arg-review-sample-size = Size of the sample; without: no new sample, what is left is judged
arg-seed = Seed of the sample, such as dice
arg-page = Also write the report as a page (HTML) for a commission
arg-attest-device = Vouch that an unknown phone or number is the person's
arg-receipt = Write the receipt to this file too
arg-job = Job file (TOML)
arg-checkpoint = Older state of the chain (file) that the archive must have grown from
arg-print = Write a Danish sheet for printing and filing to this file (HTML)
arg-query = Write the query to this file
arg-response = The authority's answer (file)
arg-tsa-certificate = Certificates that you trust: the authority's own or one above it (PEM)
arg-new = Make a new witness
arg-checkpoint-witness-name = Name that the witness signs with; no blanks
arg-checkpoint-witness-passphrase-file = File whose first line is the witness's own passphrase
arg-checkpoint-witness-file = The witness's file
arg-size = Length of the chain as the sheet has it
arg-groups = The groups on the sheet, in order
arg-offsite = Folder for the copy: empty, not there, or an older copy of the archive
arg-canary = Text that must not go along either; may be repeated
arg-backup-holding = The holding area; the copy must not lie in it
arg-copy = Folder of the copy
arg-shares = Number of shares; without: 3
arg-threshold = Number of shares that are needed; without: 2
arg-key-split-out = Folder for the sheets; must be empty or not there
arg-key-gone-entry = Entry of the copy; key copies shows it
arg-key-drill-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-key-custody-finish-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-key-recover-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-operator-grant-messages-from = Only messages from this day's month on may be read
arg-operator-grant-messages-to = Only messages up to this day's month may be read
arg-key-rotate-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-key-reseal-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-key-reseal-custodian = Only what is there of these persons; without: everything
arg-store = File that says where the store is and who we are there
arg-backup-store-put-copy = The copy
arg-backup-store-take-to = Folder for the copy; must be empty or not there
arg-state = State to take, as put named it; without: the newest
arg-backup-store-put-keys = The key store: what is in it is looked for in the copy
arg-trust-earlier = Do not read back what the newest state in the store lists; only whether it is there
arg-bodies = Encrypt the messages anew too, not only their keys
arg-operator-grant-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-dispose-run-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-expires = Last day of the copy
arg-expired-too = Use the copy although it has expired
arg-second-passphrase-file = File whose first line is the second administrator's passphrase
arg-confirm = The first eight digits of the archive's number
arg-key-backup-passphrase-file = File whose first line is the copy's own passphrase
arg-key-restore-passphrase-file = File whose first line is the copy's own passphrase
arg-key-backup-file = File that the copy is written to
arg-key-restore-file = The copy
arg-backup-restore-to = Folder that is empty or not there
arg-proof = Proof of exported messages (file); needs no archive
arg-trusted-keys = File with the verifier keys that you trust, one a line
arg-from = First day
arg-to = Last day
arg-format = Formats
arg-checkpoint-accept-give-up-newer-keys = Also where the key store has keys that this archive does not know: they are destroyed, and a newer archive can never be read again
arg-repair-partly = Also where you cannot open everything: nobody can find the rest again afterwards
arg-job-units-out = Folder for the files; without: the current one
arg-job-units-name = What the files are called before their ending
arg-out = Folder for the production; must be empty or not there
arg-unsealed = Make a readable folder; the archive records it
arg-past-damage = Produce what is left of an archive that does not hold; the rest is named, and nothing is written where the chain is broken
arg-delete-by = Day by which the readable folder is to be deleted; recorded; without: none
arg-classification = Marking that stands on every page
arg-id = Short word for the person in commands and reports
arg-number = Telephone number; may be repeated
arg-media-add-number = Number of the medium in the register
arg-media-show-number = Number of the medium in the register
arg-media-move-number = Number of the medium in the register
arg-media-receipt-number = Number of the medium in the register
arg-media-read-out-number = Number of the medium in the register
arg-media-destroy-number = Number of the medium in the register
arg-custodian-device-number = Telephone number
arg-device = Serial number of the phone; may be repeated
arg-serial = Serial number of the phone
arg-media-add-serial = Serial number of the medium or device
arg-why = Why no copy could be taken
arg-fact = Number of the fact in the register
arg-file = Policy file (TOML)
arg-reference = Journal number or decision behind the entry
arg-reviewer = The owner, and counsel: number of the operator, or its beginning; may be repeated
arg-right = Right: ingest, query, review, export, delete, hold, audit, admin
arg-operator = The operator's number or its beginning
arg-hold = Number of the hold; see hold list
arg-hold-release-second-passphrase-file = File whose first line is the second operator's passphrase
arg-service = Service that the request names; may be repeated
arg-case = Case or commission
arg-decision = Decision behind it (journal number)
arg-dispose-preservation-decision = What the national archives decided
arg-received = Day on which the request was received; else today
arg-auto-delete-stopped = Automatic deletion on the phones was stopped
arg-grace = Days for which the hold still blocks; without: 90
arg-plan = Name of the plan as dispose plan shows it; its beginning is enough
arg-dispose-run-copy = Older copy of the key store, as the authority calls it; may be repeated
arg-dispose-confirm-copy = Older copy of the key store, as the authority calls it; others: those nobody named
arg-no-other-copies = There are no other copies of the key store
arg-entry = Entry of the disposal; see dispose list
arg-erase-confirm-entry = Entry of the erasure; see erase list
arg-erase-certificate-entry = Entry of the erasure; see erase list; without: all
arg-transfer-confirm-entry = Entry of the transfer; see transfer list
arg-transfer-certificate-entry = Entry of the transfer; see transfer list; without: all
arg-dispose-certificate-entry = Entry of the disposal; see dispose list; without: all
arg-dispose-certificate-out = Folder for the certificates
arg-dispose-today-date = The day it is today
arg-message = Entry and place of a message; may be repeated, one version of each is enough
arg-production = Folder of a production whose numbers are meant
arg-erase-request-number = Number of a message in the production; may be repeated
arg-erase-request-ground = Why the messages must not be kept
arg-restamp-request-custodian = This person only: id in the register; without: everybody
arg-from-custodian = Whose the messages are said to be: id in the register
arg-to-custodian = Whose they are: id in the register; the same where only the phone is wrong
arg-to-device = Fact of the phone that they are from; see custodian show
arg-transfer-request-run = Number of an ingest; may be repeated
arg-transfer-run-copy = Older copy of the key store, as the authority calls it; may be repeated
arg-transfer-run-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-transfer-confirm-copy = Older copy of the key store, as the authority calls it; others: those nobody named
arg-transfer-certificate-out = Folder for the certificates
arg-handover-key-out = File for the public key; must not be there
arg-to-key = The receiver's key file
arg-handover-give-out = File for the package; must not be there
arg-handover-take-custodian = Whose the messages are here: id in the register; without: the giver's name, where nobody here has it
arg-handover-take-receipt = File for the receipt; must not be there
arg-handover-take-package = The package
arg-handover-finish-receipt = The receiver's receipt
arg-reason = Why, in words; stands in the certificate
arg-request = Name of the request; its beginning is enough
arg-erase-run-copy = Older copy of the key store, as the authority calls it; may be repeated
arg-erase-run-share = File with a share: the sheet itself, or what was typed from it; once for each share
arg-erase-confirm-copy = Older copy of the key store, as the authority calls it; others: those nobody named
arg-erase-certificate-out = Folder for the certificates
arg-hold-place-custodian = Whose messages: id in the register; may be repeated; without: everybody's
arg-dispose-preservation-custodian = These persons only; may be repeated; without: all

arg-ceiling = Ceiling of the archive: the highest classification that it may hold; without: TIL TJENESTEBRUG
arg-level = Classification: UKL, TTJ, FTR, HEM, YHM or in full
arg-to-level = Classification that it was lowered to
arg-issuer = Authority or person that lowered it
arg-date = Day; without: today
arg-kind = Kind: usb, disk, disc, card, phone, smart, paper or other
arg-place = Where the medium is
arg-holder = Who answers for it
arg-by = Who did it
arg-read-out-months = Months between read-outs; 0 for none (SMART devices: 1)
arg-overdue = Only devices whose read-out is overdue
arg-destroyed = Also what is destroyed
arg-movement = Number of the movement; without: the last
arg-signed-by = Who signed the receipt
arg-method = How it was destroyed
arg-witness = Who saw it; not the one who did it

error-period = --to lies before --from
next-period = Exchange the days, or correct them.
error-place-needed = { $flag } is missing
next-place-needed = Give { $flag }, or set it in the environment (BESKEDARKIV_ARCHIVE, BESKEDARKIV_KEYS) or the configuration file.
error-source-unknown = { $path }: not a source that the program knows
next-source-unknown = Name the folder, zip or tar of the backup itself; see docs/readers. If it is a read-out of SMART, run beskedarkiv smart probe.
error-source-secret-needed = { $path }: { $fault }
next-source-secret-needed = Give the source's passphrase or key with --backup-passphrase-file FILE, a key file with --backup-key-file FILE.
error-source-wrong-secret = { $path }: the source's passphrase does not fit
next-source-wrong-secret = Check the passphrase, capital letters too, and try again. The archive was not touched.
error-source-unfinished = { $path }: the backup is not finished ({ $fault })
next-source-unfinished = Make the backup again and let it finish.
error-source-ambiguous = { $path }: day and month can be read in two ways
next-source-ambiguous = Say which order the dates have: --date-order dmy (day first), mdy or ymd.
error-source-missing = { $path }: { $fault }
next-source-missing = Copy the whole backup again from the computer it was made on.
error-source-damaged = { $path }: { $fault }
next-source-damaged = Copy the source again; if it is still damaged, make a new backup.
error-source-io = { $path }: { $fault }
next-source-io = Check the path, and see whether the medium can be read; try again.
error-no-archive = { $path }: neither archive nor key store here
next-no-archive = Correct the path, or make an archive with beskedarkiv init.
error-store = object store: { $what }: { $why }
next-store = Check endpoint, bucket, region and key in the file of the store, and whether it can be reached. Nothing that was put is lost; give the command again.
error-unfinished = { $path }: an archive that was never finished: its init was interrupted
next-unfinished = Nothing was stored in it. Give the same init again: it begins anew, or completes what only lacked its end.
error-not-empty = { $path }: is there already and not empty
next-not-empty = Choose a folder that is not there or is empty, or a file that is not there.
error-keys-inside-archive = key store and archive must lie apart
next-keys-inside-archive = Put the key store outside the archive's folder, best on another medium.
error-busy = another program is writing to the archive
next-busy = Wait until it is done and try again.
error-wrong-identity = the identity fits no operator
next-wrong-identity = Check that it is the key whose recipient was given to operator add.
error-bad-key = a key of one's own (age): { $why }
next-bad-key = Recipients begin with age1, identities with AGE-SECRET-KEY- or AGE-PLUGIN-, one a line. A plug-in must lie in PATH as age-plugin-NAME.
error-init-identity = the first operator has a passphrase, not a key of its own
next-init-identity = Give init a passphrase, and add operators with operator add --recipient.
error-wrong-passphrase = the passphrase fits no operator
next-wrong-passphrase = Check the passphrase and try again.
error-integrity = something does not hold: { $what }
next-integrity = Run beskedarkiv verify, keep what it prints, and find the last good copy of the archive. If there is none, export --past-damage produces what is left.
error-keys-beyond = the key store has keys that this archive does not know: of what came afterwards, or of a run that never ended
next-keys-beyond = The next who writes to the archive destroys them, and the newer archive can then never be read again. Better find the newer archive. Else take a copy of the key store (key backup), and give checkpoint accept --give-up-newer-keys.
error-lists = the lists of known messages are damaged: the archive does not know what it has, and takes nothing in
next-lists = No message in the archive is lost. An operator with the right admin makes the lists anew with beskedarkiv repair; then repeat.
error-apart-other = { $path } remembers { $seen } entries of another archive
next-apart-other = Choose the archive that the file belongs to. If it is the same one, the archive was exchanged: touch nothing, and find the last good copy.
error-apart-shorter = the archive is shorter than it was: { $path } remembers { $seen } entries, the archive has { $have }
next-apart-shorter = Entries are gone, or this is an old copy. Touch nothing, and find the newest copy. If an older copy was put back on purpose, see checkpoint accept.
error-apart-rewritten = the chain was rewritten: its first { $seen } entries are not those that { $path } remembers
next-apart-rewritten = Touch nothing. Compare with copies of the archive and with the printed receipts; the last good copy is the one that agrees with them.
error-would-travel = { $path }: holds { $what }; nothing was copied
next-would-travel = Find out how it came into the archive's folder. If it is a file that does not belong there, move it out and try again.
error-bad-place = the folders must not lie in one another: { $why }
next-bad-place = Choose a folder of its own, best on another medium.
error-no-epoch-key = the epoch's key is not at hand: it is in split custody, or somebody else has it
next-no-epoch-key = Give the shares with --share FILE, once for each share.
error-bad-share = the shares do not give the epoch's key: { $why }
next-bad-share = Look at the sheets and type the group that is named again. Shares of two splits cannot be mixed.
error-expired = { $path }: the copy of the keys expired { $day }
next-expired = Use a newer copy. If there is none, give --expired-too; what was disposed of since must then be disposed of again.
error-locked = the key store is locked
next-locked = An operator with the right admin unlocks it with key unlock.
error-forbidden-by-policy = the policy in force does not allow it
next-forbidden-by-policy = The policy is changed with policy set; see docs/RETENTION.md and the command's help.
error-no-memory = there is no place where the operator can remember the archive
next-no-memory = Set seen in the configuration file to a folder that can be written to.
error-unknown-custodian = the person is not in the register
next-unknown-custodian = See the register with custodian list, or add the person with custodian add.
error-known-custodian = the person is in the register already
next-known-custodian = Use custodian role, device or event for changes.
error-unregistered-device = the source is from a phone that is not registered for the person
next-unregistered-device = If the phone is the person's, register it with custodian device, or give --attest-device.
error-unregistered-number = the source is from a number that is not registered for the person
next-unregistered-number = If the number is the person's, register it with custodian device --number, or give --attest-device.
error-above-ceiling = marked { $level }; the ceiling of the archive is { $ceiling }
next-above-ceiling = Nothing is stored. Take the source into an archive that is approved for the level, or have whoever answers for it change the ceiling with policy ceiling. A declassification must come from the issuer and be recorded with policy declassify.
error-marking-too-low = the content is marked { $level }, the production cannot be marked lower
next-marking-too-low = Leave --classification out, or give the right one.
error-no-right = the operator lacks the right { $right }
next-no-right = An operator with the right admin can grant it with operator grant.
error-one-person = two different persons must have signed
next-one-person = Let another operator with the right give a passphrase (--second-passphrase-file) or approve the plan.
error-refused = may not be done now: { $why }
next-refused = The reason stands above. Where it is a hold: hold list shows it. Where it is a plan: dispose plan says what is missing. Where it is the clock: dispose today YYYY-MM-DD. Otherwise mend what the reason names, and give the command again.
error-not-available = this version does not have { $what }
next-not-available = See --help for what there is.
error-job-file = { $path }: line { $line }: { $why }
next-job-file = Correct the job file and try it with job check.
error-path = { $path }: { $why }
next-path = Correct the path, and try again.
error-io = { $path }: { $what }: { $why }
next-io = See whether the disk is full and whether you have access, and try again.

look-at = Look at:
what-to-do = Do: { $what }
phase-opening = Opening the source
phase-reading = Reading
phase-sorting = Sorting
phase-verifying = Verifying
phase-exporting = Producing
phase-copying = Copying
phase-generating = Making a sample backup
count-messages = Messages
count-conversations = Conversations
count-review = Of these, awaiting a person
count-attachments = Attachments
count-missing = Attachments missing
count-entries = Entries in the chain
count-records = Messages verified
demo-made = The demo is done. All in it is invented.
demo-backup = Encrypted backup
demo-archive = Archive (ciphertext only)
demo-keys = Key store
demo-export = Production, readable
demo-open = Open the production: { $path }
verify-holds = The archive holds: everything that was verified is right.
proof-holds = The proof holds.
proof-broken = THE PROOF DOES NOT HOLD: { $why }
proof-archive = Archive
proof-entry = Entry
proof-written = Written
proof-size = Length of the chain
proof-root = Root of the chain
proof-key = Signed by
printed = The sheet is in { $path }. Print it, sign it, and file it today.
printed-holds = The archive grew from what the sheet says: { $seen } entries then, { $have } now.
anchor-grown = The chain grew from { $seen } to { $have } entries, and nothing before was changed. Cosigned by { $by }:
anchor-signed = The state of the chain at { $have } entries is cosigned by { $by }:
accepted = The archive is accepted as it is. Forgotten: a state of { $seen } entries.
accepted-not-for-jobs = Jobs that run without an operator still stop: an operator with the right admin must give the same command.
stamp-asked = The query lies in { $path }. Carry it to the time-stamping authority.
stamp-taken = Time-stamped { $at }: the state of the chain at { $have } entries; the archive keeps it in checkpoints.
stamp-holds = holds
repair-nothing = The lists of known messages are in order; nothing was changed.
repair-done = The lists of known messages were made anew; entry { $entry } in the chain says so.
repair-twice = What could not be opened or read may be stored once more when the next copy is taken in.
repair-erasures = THE MARK OF ERASED MESSAGES MAY BE LOST: what was erased and must not come back may come with the next copy. Find it in the requests for erasure, and erase it again if it comes.
backup-made = The copy was written, read back and verified: { $path }
backup-holds = The copy holds: { $path }
backup-broken = THE COPY DOES NOT HOLD: { $path }
backup-restored = The copy was put back and holds: { $path }
count-lists = Lists
count-lists-unreadable = Could not be read
count-listed-again = Known again
count-unopened = Buckets that could not be opened
count-damaged = Could not be read themselves
count-files = Files
count-written = Written this time
count-read-back = Read back and compared
count-looked-for = Keys and names looked for
count-too-short = Too short to look for
key-split = The key is split into { $n } shares, of which { $need } are needed:
key-split-next = Print the sheets, try the shares with key drill, give them to different persons, and delete the files. End with key custody finish.
key-drilled = { $n } shares give the epoch's key; it opens { $opened } of { $all } buckets. No key was written.
key-custody = { $n } shares give the epoch's key, it opens { $opened } of { $all } buckets, and the key store does not have it any more. Old copies of the key store still have it: destroy them.
store-put = The copy is in the store as { $state }, and everything that was written was read back.
store-taken = Taken from the store: { $state }.
store-worm = The store enforces WORM: overwriting, deleting and releasing early were refused.
store-not-worm = The store is not WORM. It did not enforce:
key-rotated = Epoch { $epoch } has begun. The keys of the one before are destroyed. If the key was split, the new one lies whole in the key store until it is split again: key split.
key-resealed = { $buckets ->
    [one] 1 bucket has a new key
   *[other] { $buckets } buckets have new keys
  }, { $segments ->
    [one] 1 segment is encrypted anew
   *[other] { $segments } segments are encrypted anew
  }, epoch { $epoch } has begun. If the key was split, the new one lies whole in the key store until it is split again: key split.
renewed = All { $have } entries and what they seal are hashed again: from { $from } to { $to }. The chain goes on as
renewed-next = Older checkpoints and proofs hold as before. Now have this state witnessed, print it, time-stamp it.
key-recovered = { $n } shares gave the epoch's key, it opens { $opened } of { $all } buckets, and it lies in the key store again, behind the operator's passphrase.
key-still-there = The key store still has the key itself; end with key custody finish.
key-backed-up = The copy of the key store lies in { $path }; last day { $day }.
key-restored = The key store was put back into { $path }: { $n ->
    [one] 1 file
   *[other] { $n } files
  }.
key-with-epoch = The epoch's key is in it.
key-without-epoch = The epoch's key is not in it; it is in split custody.
key-locked = The key store is locked. { $n ->
    [one] 1 administrator
   *[other] { $n } administrators
  } can unlock it.
key-gone = Noted: the copy of entry { $copy } is destroyed.
key-copy-gone = destroyed
key-copy-there = there
key-no-copies = No copy of the key store was made.
status-expired-keys = The copy of the key store in entry { $entry } expired on { $day }: destroy it and note it with key gone { $entry }.
key-unlocked = The key store is unlocked.
key-destroyed = All keys are destroyed ({ $n } files); it stands in entry { $entry }. Destroy copies of the key store and printed shares too.
verify-broken =
    THE ARCHIVE DOES NOT HOLD.
    Touch nothing. Compare with a copy and with the printed receipt; export --past-damage produces the rest.
    Where it is only the lists of known messages: beskedarkiv repair.
verify-without-keys = Verified without keys; the content was not opened.
verify-unopened = { $n ->
    [one] 1 bucket
   *[other] { $n } buckets
  } could not be opened with the operator's keys.
verify-entry = entry { $entry }: { $what }
init-made = The archive is in { $path }
init-keys = The key store is in { $path }
init-warning = If key store or passphrase is lost, the archive's content is lost. Keep a copy of the key store in another safe place. The archive's key for checking:
inspect-encrypted = Encrypted
inspect-date = Made
inspect-model = Model
inspect-system = System
inspect-name = Name
inspect-serial = Serial number
inspect-number = Number
inspect-secret = Missing
inspect-reader = Read by
app-own = the phone's own messages
app-read = read
app-known = has messages, not read yet
app-absent = has messages, which are not in the source
app-unknown = unknown
read-done = { $messages ->
    [one] 1 message
   *[other] { $messages } messages
  } written, { $unreadable ->
    [one] 1 row
   *[other] { $unreadable } rows
  } unreadable
read-unreadable = unreadable: { $at }: { $why }
read-finding = { $what }
classify-done = { $messages } messages: { $keep } kept, { $review } for a person, { $exclude } excluded ({ $proposals } of them as a proposal only)
classify-trained = Model { $model }: { $messages } messages in { $conversations } conversations. Measured on conversations left out in turn:
review-kept = Kept by decision
review-undecided = Kept because nobody decided
review-shredded = Destroyed
review-on-hold = Preserved by a legal hold
review-clock = The clock does not fit the days of the archive; nothing is cleared before the day is confirmed (dispose today)
review-waiting = Still waiting
review-astray = { $n ->
        [one] ONE held message is not
       *[other] { $n } held messages are not
    } in the holding area { $path }, or the key to it is missing: give the right one with --holding, and delete nothing.
review-nothing = Nothing waits that you can open.
review-head-custodian = Custodian
review-head-run = Run
review-head-deadline = Deadline
review-head-open = Waiting
review-head-keep = To keep
review-head-exclude = Excluded
review-first-begun = { $reviewers } can review what is held back from now on; { $narrowed } can no longer read this custodian's messages.
review-first-narrowed = Narrowed: { $id }
review-first-before = { $n ->
    [one] 1 run waits already and was
   *[other] { $n } runs wait already and were
  } sealed to those who could review then
review-decided = { $n ->
    [one] 1 message
   *[other] { $n } messages
  } decided.
review-sealed-to-others = { $n ->
    [one] 1 run is
   *[other] { $n } runs are
  } sealed to others than you
review-conversation = Conversation { $number } of { $total }: { $name } ({ $custodian }), { $waiting } waiting, deadline { $deadline }
review-keys = k keep all · e exclude all (e p/v/m) · 2k 3-5e single ones · u undo · n next · q quit · ? help
review-help =
    k          keep all of the conversation
    e          exclude all; e p personnel, e v private, e m misdirected
    2k 3-5e    single ones: the numbers on the left
    u          undo the last decision
    ! text     a note for the next decision
    n          next conversation; this one waits
    =          show the conversation again
    q          quit
    A dot on the left: the message is in the archive and stands here for the context.
review-me = me
review-files = { $n ->
    [one] 1 file
   *[other] { $n } files
  }
review-p = work { $p } %
review-what = Not understood: "{ $what }". ? shows the keys.
review-nothing-to-undo = Nothing to undo.
review-did-keep = { $n } to keep.
review-did-exclude = { $n } excluded; where the policy wants two, it is a proposal until another agrees.
review-did-undo = Decision taken back for { $n }.
review-drawn = { $n } drawn of { $pile } excluded.
review-sampled = Sample: { $drawn } of { $pile } excluded, { $judged } judged, { $work } were work; at most { $most } of the excluded are work (95 %).
review-recall = At least this share of the work messages is preserved (95 %)
review-two = Judged by two persons
review-kappa = Agreement (Cohen's kappa)
review-report-note = The model was trained on invented conversations; the figures here are the archive's own.
status-nobody = The register is empty.
status-last = Newest copy
status-never = none
status-months = Months with a copy
status-monthly = Monthly copy required
status-overdue = Copy missing
status-excused = Copy missing, with a reason
status-reviews = Awaits review (deadline)
status-source = {"  "}{ $source }: { $copies ->
    [one] 1 copy
   *[other] { $copies } copies
  }, { $first } – { $last }, { $new ->
    [one] 1 message
   *[other] { $new } messages
  }
status-vanished = {"      "}{ $n } of { $month } gone since: { $reason }
vanished-disappearing_timer = disappearing messages
vanished-recently_deleted_purged = were deleted on the phone
vanished-expiry_setting = the phone deletes old messages by itself
vanished-unknown = unknown reason
review-ended = { $n ->
    [one] 1 decision
   *[other] { $n } decisions
  }; { $left ->
    [one] 1 conversation waits
   *[other] { $left } conversations wait
  }.
route-keep = kept
route-review = for review
route-proposal = proposed to exclude
route-exclude = to exclude
ground-personnel = personnel
ground-private = private
ground-misdirected = misdirected
ground-journalised = journalised
state-proposed = one has excluded
state-keep = decided to keep
state-exclude = excluded
run-copy = { $new ->
    [one] 1 new message
   *[other] { $new } new messages
  }
job-units = Put them where the computer finds them; see beskedarkiv job units --help. The job then runs on the first of every month.
job-fine = The job file is in order: { $copies ->
    [one] 1 copy
   *[other] { $copies } copies
  }.
export-damaged = CANNOT BE READ: entry { $entry }{ $month }: { $what }
export-open = Open the production: { $path }
export-readable = The folder can be read by anybody who gets hold of it. Delete it when it is no longer used.
export-marking = The production is marked { $level }. Every page and every file carries it.
marking-ceiling = The archive may hold { $level } at most.
marking-held = The archive holds content up to { $level }.
marking-not-approved = The program's encryption is not approved by the national authority for IT security. It lowers no classification: encrypted material is handled as what it holds.
marking-declassified = The declassification stands in entry { $entry }. The message keeps its own marking.
media-done = { $number }: recorded in entry { $entry }
media-destroyed = destroyed
media-overdue = READ-OUT OVERDUE, was due by
media-receipts-missing = { $n ->
    [one] 1 receipt has
   *[other] { $n } receipts have
  } not come back signed.
policy-set = The policy stands in entry { $entry }
register-done = { $id }: registered in entry { $entry }
operator-added = The operator { $id } was added, without rights as yet.
operator-granted = The operator { $id } has been granted the rights.
review-never = never used
review-unrecorded = use is not seen in the chain
review-unused = not used for half a year
operator-revoked = The operator { $id } has no rights any more. Keys copied before cannot be called back.

## SMART

cmd-smart = Read-outs of SMART: sealed packages, their custody, and descriptions of their data
more-smart =
    In order: pack (the medium), seal, probe (look at the data, get a proposal), dry-run (try it),
    approve (two persons sign), ingest. docs/readers/smart.md has the formats.
cmd-smart-pack = Makes a package of a medium: a copy, hashes, and the facts of the read-out
more-smart-pack =
    MEDIUM is a folder (the medium, mounted read-only) or one file. Facts that are missing are asked
    for on a terminal; they may also stand in a file: --facts FILE with lines such as:
      place = "Copenhagen"
    Markings: TIL TJENESTEBRUG, FORTROLIGT, HEMMELIGT, YDERST HEMMELIGT or the words of NATO and the
    EU.
cmd-smart-seal = Seals a package with the operator's signature; a second operator can sign the same seal
cmd-smart-custody = Enters an event into a package's custody log, and seals again
more-smart-custody =
    Events: RECEIVED, SEALED, UNSEALED, IMAGED, HASHED, MAPPED, INGESTED, EXPORTED, RETURNED,
    DESTROYED.
cmd-smart-show = Shows what a package says of itself
cmd-smart-verify = Verifies a package: every hash, every line of the custody log, every seal
cmd-smart-probe = Looks at a medium: files, tables, columns, and proposes a mapping
more-smart-probe =
    What is written is a mapping that can be used (TOML), with remarks. FILL IN and CHECK are for
    people. Values are masked; only words for directions and markings and the owner's own address
    stand in clear.
cmd-smart-dry-run = Tries a mapping on a medium: counts and masked rows; stores nothing
cmd-smart-approve = Signs a mapping; two different operators must
arg-mapping = Mapping (mapping.toml) of a read-out of SMART
arg-smart-approve-mapping = Put this mapping into the package first
arg-target = Package or mapping
arg-package = Package
arg-source = Medium or package
arg-medium = Maker and model of the medium
arg-smart-pack-from = The medium: folder or file
arg-smart-pack-out = Folder in which the package is made; must not exist
arg-smart-probe-out = Write the proposal to this file
arg-facts = File of facts (TOML)
arg-authority = Authority
arg-owner-role = Role of the owner (minister, permanent secretary, special adviser, chief)
arg-smart-pack-device = Maker and model of the telephone
arg-device-serial = Serial number or IMEI of the telephone
arg-app-version = Version of the app, as it shows it
arg-medium-serial = Serial number of the medium
arg-medium-register = Number of the medium in the authority's register of media
arg-medium-capacity = Capacity of the medium
arg-write-blocker = Was the medium read through a write blocker? yes or no
arg-read-out-start = When the read-out began, 2026-01-31T13:00:00+01:00
arg-read-out-end = When the read-out ended, 2026-01-31T13:10:00+01:00
arg-smart-pack-place = Where it was read out
arg-officer = Who read it out
arg-officer-number = Their service number
arg-officer-clearance = Their clearance
arg-second-person = The second person present
arg-marking = Highest marking of the content
arg-marking-origin = Whose markings occur: DK, NATO, EU, several with commas
arg-marking-by = Who classified it
arg-caveats = Limits of releasability
arg-period-from = First day of the content
arg-period-to = Last day of the content
arg-messages-shown = Number of messages that the app shows; another number read stops
arg-actor = Who acted; else the operator's number
arg-second = The second person
arg-seal-number = Number of a physical seal
arg-remark = Remark
arg-smart-custody-event = Event
error-facts-needed = facts of the read-out are missing: { $flags }
next-facts-needed = Give them as flags, in a file with --facts, or run on a terminal to be asked.
error-facts-file = { $path }: cannot be used as facts ({ $why })
next-facts-file = Write one fact a line:  medium-serial = "..."
error-source-undescribed = { $path }: { $fault }
next-source-undescribed = Nothing was taken in, and the medium is untouched. Run beskedarkiv smart probe on it, correct the proposal, try it with smart dry-run, and give it with --mapping FILE or put it into the package as mapping.toml.
error-source-misfit = { $path }: does not fit the mapping: { $fault }
next-source-misfit = Nothing was taken in. Correct the mapping, try it with beskedarkiv smart dry-run, and have it signed again; see docs/readers/smart.md.
error-source-changed = { $path }: is not as it was sealed: { $fault }
next-source-changed = Nothing was taken in. Leave the medium as it is; compare with the written receipt and with another copy.
error-unapproved-mapping = the mapping has { $signatures } of 2 signatures by operators of the archive
next-unapproved-mapping = Two different operators sign with beskedarkiv smart approve.
error-same-person = the operator has signed already
next-same-person = A second operator must sign.
error-other-custodian = the package is of another custodian
next-other-custodian = See with beskedarkiv smart show whose it is, and give that custodian with --custodian.
count-bytes = Bytes
count-not-copied = Links and special files, not copied
smart-not-read-only = note: the medium is not mounted read-only; the package says so
smart-packed = The package lies in { $path }
smart-head = The custody log has { $lines ->
    [one] 1 line
   *[other] { $lines } lines
  }. Write on the receipt: { $head }
smart-sealed = The package is sealed; signatures: { $signatures }
smart-holds = The package holds.
smart-broken = THE PACKAGE DOES NOT HOLD.
smart-signature-holds = signature holds: { $by }
smart-signature-broken = SIGNATURE DOES NOT HOLD: { $by }
smart-signature-unknown = signature by a key that is not known here: { $by }
smart-not-signed = Nobody has signed; run smart seal.
smart-nothing-found = nothing on the medium looks like messages; write a mapping after docs/readers/smart.md
smart-proposed = the proposal lies in { $path }
smart-missing = fill in: { $fields }
smart-would-read = The mapping fits; everything would be read.
smart-refused = NOTHING WOULD BE READ: { $why }
smart-period = From { $first } to { $last }
smart-unmapped = Columns that are neither mapped nor left out: { $columns }
smart-approved = The mapping is approved by two persons.
smart-one-signature = Signed. A second operator must sign too.
