"""A disposal that two persons approved, carried out while the process dies at every call that changes something, or
the machine dies: it is not begun, or it is completed; what goes is gone, what stays is whole."""
import json, os, random, subprocess, tempfile
from pathlib import Path

from . import images
from .world import AT, Broken

GOES, STAYS = 24, 9


class Old:
    """An archive of 2020 in which an employee's messages are past their time and a minister's are not."""

    def __init__(self, world):
        self.world = world
        # each part makes one of its own
        self.base = Path(tempfile.mkdtemp(prefix="old", dir=world.work))
        for name in ("pw", "to", "tre"):
            (self.base / name).write_text(f"adgangssætning {name}\n")
        dice = random.Random(world.seed)
        for name, count in (("old", GOES), ("new", STAYS)):
            # January and February of 2020
            days = [1_577_880_000_000 + dice.randrange(50) * 86_400_000 + i for i in range(count)]
            body = lambda i: f"{name} {i} " + "x" * dice.randrange(400)
            rows = [f'<sms protocol="0" address="+4520304050" date="{at}" type="1" body="{body(i)}" />' for i, at in enumerate(days)]
            (self.base / f"{name}.xml").write_text(
                f'<?xml version="1.0" encoding="UTF-8"?><smses count="{count}">{"".join(rows)}</smses>')
        done = subprocess.run([world.helper, "make", ".", "old"], cwd=self.base, capture_output=True, timeout=120)
        if done.returncode:
            raise Broken(f"the helper ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        today = subprocess.run(["date", "+%F"], capture_output=True, env={"TZ": "Europe/Copenhagen"}).stdout.decode().strip()
        self.by("pw", ["dispose", "today", today])
        self.by("pw", ["dispose", "preservation", "discard", "--reference", "RA 1"])
        self.plan = json.loads(self.by("pw", self.plan_words()[:3]).stdout.splitlines()[-1])
        if sum(bucket["records"] for bucket in self.plan["buckets"]) != GOES:
            raise Broken(f"the plan is of {self.plan['buckets']}")
        for who in ("to", "tre"):
            self.by(who, ["dispose", "approve", self.plan["plan"]])
        self.before = world.opened(self.base)
        done = self.copy()
        self.carried_out(done)
        self.done = done

    def by(self, who, words):
        return self.world.ok(self.base, [*words, *AT, "--passphrase-file", who])

    def copy(self):
        return self.world.copy(self.base)

    def plan_words(self):
        return ["dispose", "plan", "--json", *AT, "--passphrase-file", "pw"]

    def run_words(self):
        return ["dispose", "run", "--json", self.plan["plan"], "--no-other-copies", *AT, "--passphrase-file", "pw"]

    def carried_out(self, at, env=None):
        """Carries it out, or completes what was begun, and looks at what is left."""
        code, report = self.world.verify(at)
        if code != 0:
            raise Broken(f"verify ends with {code}: {report.get('broken')}")
        listed = json.loads(self.world.ok(at, ["dispose", "list", "--json", *AT], (0, 3)).stdout.splitlines()[-1])
        words = self.run_words()
        if listed:
            words.remove(self.plan["plan"])
        self.world.ok(at, words, (0, 3), env)
        code, report = self.world.verify(at, ["--keys", "K", "--passphrase-file", "pw"])
        got = (code, report.get("records"), report.get("buckets_disposed"), report.get("buckets_without_key"))
        if got != (0, STAYS, len(self.plan["buckets"]), 0):
            raise Broken(f"behind it verify says {got}: {report.get('broken')}")
        state = json.loads(self.world.ok(at, ["dispose", "list", "--json", *AT]).stdout.splitlines()[-1])
        if [c["state"] for c in state] != ["FINAL"]:
            raise Broken(f"the certificates say {[c['state'] for c in state]}")
        buckets = {bucket["bucket"] for bucket in self.plan["buckets"]}
        if buckets & {p.name for p in (at / "K/buckets").iterdir()}:
            raise Broken("keys of what was disposed of are in the key store")
        if self.bodies & self.pieces(at):
            raise Broken("ciphertext of what was disposed of is in the archive")

    @property
    def bodies(self):
        """Pieces of the bodies that go, as they are stored before."""
        if not hasattr(self, "_bodies"):
            import sqlite3
            db = sqlite3.connect(f"file:{self.base}/A/archive.db?mode=ro", uri=True)
            going = {bytes.fromhex(bucket["bucket"]) for bucket in self.plan["buckets"]}
            rows = db.execute("SELECT substr(header, 89, 16), body FROM entries WHERE substr(header, 5, 1) IN (x'0a', x'0b')")
            self._bodies = {body[i:i + 32] for bucket, body in rows if bucket in going for i in range(0, len(body) - 32, 32)}
            db.close()
            if not self._bodies or not self._bodies <= self.pieces(self.base):
                raise Broken("the search does not find what is there")
        return self._bodies

    def pieces(self, at):
        """Every piece of 32 bytes of the database and its log."""
        found = set()
        for name in ("archive.db", "archive.db-wal"):
            path = at / "A" / name
            data = path.read_bytes() if path.exists() else b""
            found.update(data[i:i + 32] for i in range(len(data) - 31))
        return found


def dispose(part, world, shim):
    if not world.helper:
        return part.notes.append("no helper: left out")
    if not shim.there:
        return part.notes.append("no C compiler: left out")
    old = Old(world)
    at = old.copy()
    log = world.work / "disposal"
    world.ok(at, old.run_words(), (0, 3), shim.env(at, log=log))
    recorded = images.Recording(old.base, log, at)
    points = [n for n, op in enumerate(recorded.ops, 1)]
    part.notes.append(f"{len(points)} calls")
    kills = [(ops, n) for ops in ("srum", "w") for n in range(1, counted(world, shim, old, ops) + 1)]
    world.dice.shuffle(kills)
    begun, killed = part.tries, 0
    while part.time() and not (part.least and part.tries - begun >= 3 * len(kills)):
        if kills and part.tries % 2 == 0:
            ops, n = kills.pop()
            killed += 1
            at = old.copy()
            what = f"killed at {ops} {n}"
            world.run(at, old.run_words(), shim.env(at, ops=ops, at=n, kind="KILL"))
        else:
            crash = world.dice.randrange(1, len(points) + 1)
            how, folders = world.dice.choice(["none", "all", "some", "torn"]), world.dice.choice(["together", "each"])
            at = world.work / "image"
            images.write(recorded.image(crash, how, folders, world.dice), at)
            what = f"crash behind call {crash}, unsynced writes: {how}, names {folders}"
        part.check(what, lambda: old.carried_out(at))
        world.drop(at)
    part.notes.append(f"{killed} of the last archive killed")


def counted(world, shim, old, ops):
    at = old.copy()
    count = world.work / "count"
    count.unlink(missing_ok=True)
    world.ok(at, old.run_words(), (0, 3), shim.env(at, ops=ops, count=count))
    world.drop(at)
    return int(count.read_text()) if count.exists() else 0
