"""The clock goes back, far ahead, stands still: nothing is lost, no period is shortened, it is said, and nothing is
disposed of that the true day would not allow. Needs libfaketime."""
import datetime, json
from pathlib import Path

from .world import Broken
from .disposal import Old

DAY = datetime.timedelta(days=1)
# how the clock is set, and what the ingest must say of it
WRONG = {"+30y": "clock_jumped", "-10y": "clock_went_back", "still": None, "-1d": "clock_went_back", "+1d": None,
         "+80d": None, "-400d": "clock_went_back", "+400d": "clock_jumped"}


def library():
    found = [p for folder in ("/usr/lib", "/usr/local/lib") for p in Path(folder).rglob("libfaketime.so.1")]
    return found[0] if found else None


def set_to(wrong):
    """The environment of a program whose clock is wrong."""
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    return {"LD_PRELOAD": str(library()), "FAKETIME": now if wrong == "still" else wrong, "TZ": "UTC"}


def periods(world, at):
    """When each message's time is up, by what it says; asked with the clock right."""
    to = world.copy(at)
    words = ["export", "--archive", "A", "--keys", "K", "--passphrase-file", "pw", "--custodian", "min", "--format",
             "jsonl", "--unsealed", "--out", "E"]
    world.ok(to, words, (0, 3))
    rows = [json.loads(line) for line in (to / "E/data/messages.jsonl").read_text().splitlines()]
    world.drop(to)
    return {(row["source"], row["id"], row["sent_at"], row["body"]): row["archive"]["retain_until"] for row in rows}


def clock(part, world, shim):
    if not library():
        return part.notes.append("libfaketime is not installed: left out")
    # beside the chat, messages without a usable time, and some that a later day would say are past their time
    untimed = "".join(f'<sms protocol="0" address="+4520304050" date="{at}" type="1" body="uden tid {at}" />' for at in (0, 1))
    rows = f'<?xml version="1.0" encoding="UTF-8"?><smses count="2">{untimed}</smses>'
    base = world.copy(world.base)
    (base / "untimed.xml").write_text(rows)
    # everything is kept: what waits for a person is in no production
    words = [*world.words("second", "off"), "untimed.xml"]
    true = world.copy(base)
    world.ok(true, words, (0, 3))
    expected = periods(world, true)
    if not any("uden tid" in (key[3] or "") for key in expected):
        raise Broken("the messages without a time are not there")
    for wrong, said in WRONG.items():
        # the first three in any case
        if part.tries >= 3 and not part.time():
            break
        at = world.copy(base)

        def act():
            done = world.run(at, words, set_to(wrong))
            if done.returncode not in (0, 3):
                raise Broken(f"ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
            for run in json.loads(done.stdout.splitlines()[-1])["runs"]:
                if run["expired"]:
                    raise Broken(f"{run['expired']} messages are taken for past their time")
                findings = [f.split(":")[0] for f in run["findings"] if f.startswith("clock_")]
                if findings != ([said] if said else []):
                    raise Broken(f"the ingest says {findings} of its clock, and not {said}")
            got = periods(world, at)
            if got.keys() != expected.keys():
                raise Broken(f"{len(expected.keys() - got.keys())} messages are lost")
            short = [key for key in got if got[key] < expected[key]]
            if short:
                raise Broken(f"{len(short)} periods are shorter, the first until {got[short[0]]}")
            # with the clock right again
            again = json.loads(world.ok(at, words, (0, 3)).stdout.splitlines()[-1])["runs"]
            if any(run["new"] or run["entries_added"] for run in again):
                raise Broken("repeated, something was added")
            world.entries(at)

        part.check(f"ingest, clock {wrong}", act)
        world.drop(at)
    disposals(part, world)


def disposals(part, world):
    """A disposal that two persons approved, carried out on a clock that is wrong."""
    if not world.helper:
        return part.notes.append("no helper: no disposals")
    old = Old(world)
    for wrong in ("+30y", "-1d", "-400d", "-10y", "+80d", "+400d"):
        if wrong != "+30y" and not part.time():
            break
        at = old.copy()

        def act():
            before = world.entries(at)
            for words in (old.plan_words(), old.run_words()):
                done = world.run(at, words, set_to(wrong))
                if done.returncode != 6 or b"dispose today" not in done.stderr:
                    raise Broken(f"{words[1]} ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
            if world.entries(at) != before:
                raise Broken("something was written")
            old.carried_out(at)

        part.check(f"disposal, clock {wrong}", act)
        world.drop(at)
    for wrong in ("still", "+1d"):
        if not part.time():
            break
        at = old.copy()
        part.check(f"disposal, clock {wrong}", lambda: old.carried_out(at, set_to(wrong)))
        world.drop(at)
