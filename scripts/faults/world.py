"""The archive that is broken, what must hold of it after every break, and the counting of tries.

It knows the program by its command line alone. With helpers (a build of `crates/pipeline/examples/trials.rs`)
the archive's passphrase costs next to nothing to try, what the keys open is looked at after every break, and the
jobs that look are done in one process instead of one each; every sixteenth time the program itself is asked.
"""
import json, os, random, shutil, subprocess, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent.parent
AT = ["--archive", "A", "--keys", "K"]


class Broken(Exception):
    pass


class World:
    """A prepared archive with one run in it, a second source to be taken in, and copies of all that."""

    def __init__(self, program, work, seed, mode, helper=None):
        self.program, self.mode, self.seed, self.helper = str(program), mode, seed, helper
        self.work = Path(tempfile.mkdtemp(dir=work))
        self.dice, self.serial = random.Random(seed), 0
        # the helper's process, how often it was asked, how often the archive was looked at, wraps that were read
        self.server, self.asked, self.looked, self.known = None, 0, 0, {}
        self.base = self.work / "base"
        self.base.mkdir()
        (self.base / "pw").write_text("en adgangssætning\n")
        os.chmod(self.base / "pw", 0o600)
        messages = 30 + seed * 7 % 31
        self.chat(self.base / "first", 12, 0)
        self.chat(self.base / "second", messages, seed % 4)
        if helper:
            done = subprocess.run([helper, "make", "."], cwd=self.base, capture_output=True, timeout=60)
            if done.returncode:
                raise Broken(f"the helper ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        else:
            self.ok(self.base, ["init", *AT, "--passphrase-file", "pw"])
        self.ok(self.base, ["custodian", "add", *AT, "--passphrase-file", "pw", "--id", "min", "--name", "N",
                            "--post", "minister", "--authority-kind", "departement", "--from", "2020-01-01"])
        self.ok(self.base, self.words("first"), (0, 3))
        self.before = self.entries(self.base)
        done = self.copy(self.base, "done")
        self.ok(done, self.words("second"), (0, 3))
        self.after, self.done = self.entries(done), done
        self.records = {self.before: self.opened(self.base), self.after: self.opened(done)}

    def chat(self, folder, messages, files):
        """An exported chat; the second has all of the first, messages of more months, and large files."""
        folder.mkdir()
        lines = []
        for i in range(messages):
            # the first has two months, the second up to ten: keys of buckets are made in both runs
            month, day = 1 + i // 6, 1 + i % 6
            lines.append(f"{day:02}.{month:02}.2026 08.{i % 60:02} - Bo Holm: besked {i}\n")
        noise = random.Random(self.seed)
        for i in range(files):
            name = f"IMG-20260105-WA000{i}.jpg"
            (folder / name).write_bytes(noise.randbytes(70_000 + noise.randrange(40_000)))
            lines.append(f"2{i}.11.2026 09.{i:02} - Bo Holm: {name} (fil vedhæftet)\n")
        (folder / "WhatsApp-chat med Bo Holm.txt").write_text("".join(lines))

    def words(self, source, mode=None):
        mode = mode or (self.mode if source == "second" else "off")
        return ["ingest", "--json", *AT, "--custodian", "min", "--holding", "H", "--owner-name", "Mig", "--mode", mode, source]

    def copy(self, of, name=None):
        self.serial += 1
        to = self.work / (name or f"w{self.serial}")
        shutil.copytree(of, to)
        return to

    def run(self, at, words, env=None, timeout=120, **kw):
        began = time.monotonic()
        clean = {"PATH": os.environ["PATH"], "HOME": str(at), "TMPDIR": str(self.work), "LANG": "en_DK.UTF-8"}
        done = subprocess.run([self.program, *words], cwd=at, env={**clean, **(env or {})}, capture_output=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, **kw)
        self.took = time.monotonic() - began
        if b"panicked" in done.stderr:
            raise Broken(f"{words[0]} panicked: {done.stderr.decode(errors='replace')[:400]}")
        return done

    def ok(self, at, words, codes=(0,), env=None):
        done = self.run(at, words, env)
        if done.returncode not in codes:
            raise Broken(f"{words[0]} ends with {done.returncode}: {done.stderr.decode(errors='replace')[:400]}")
        return done

    def serve(self, job, at, *more):
        """A job done by the helper, or `None` where the program itself is to do it."""
        self.asked += 1
        if not self.helper or self.asked % 16 == 0:
            return None
        if not self.server or self.server.poll() is not None:
            self.server = subprocess.Popen([self.helper, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.DEVNULL, text=True, env={"TMPDIR": str(self.work)})
        self.server.stdin.write(" ".join([job, str(at), *more]) + "\n")
        self.server.stdin.flush()
        answer = self.server.stdout.readline()
        if not answer:
            raise Broken(f"{job} crashed")
        code, report = answer.split(" ", 1)
        return int(code), json.loads(report)

    def verify(self, at, words=()):
        served = None if words else self.serve("verify", at)
        if served:
            return served[0], served[1] if isinstance(served[1], dict) else {"broken": served[1]}
        done = self.run(at, ["verify", "--json", "--archive", "A", *words])
        last = done.stdout.decode().strip().splitlines()
        return done.returncode, json.loads(last[-1]) if last else {}

    def entries(self, at):
        code, report = self.verify(at)
        if code != 0:
            raise Broken(f"verify ends with {code}: {report.get('broken')}")
        return report["entries"]

    def opened(self, at):
        """What the keys open: records, attachments, buckets without a key."""
        served = self.serve("opened", at)
        code, report = served or self.verify(at, ["--keys", "K", "--passphrase-file", "pw"])
        if not isinstance(report, dict):
            raise Broken(f"verify with keys ends with {code}: {report}")
        if code != 0:
            raise Broken(f"verify with keys ends with {code}: {report.get('broken')}")
        return report["entries"], report["records"], report["attachments"], report["buckets_without_key"]

    def holds(self, at, acknowledged=False, recorded=None):
        """What must be true after every break. `recorded` is where the run was recorded that this is an image of: the
        wrapped keys of buckets in the log must be those, byte for byte. Every eighth time keys open everything."""
        self.looked += 1
        opened = self.opened(at) if self.helper and self.looked % 8 == 0 else None
        entries = opened[0] if opened else self.entries(at)
        if entries not in (self.before, self.after):
            raise Broken(f"{entries} entries: neither {self.before} nor {self.after}")
        if opened and opened != self.records[entries]:
            raise Broken(f"the keys open {opened}, and not {self.records[entries]}")
        wraps = self.wraps(recorded if entries == self.after else self.base) if recorded else {}
        if wraps and wraps.items() - self.wraps(at).items():
            raise Broken("wrapped keys of buckets are not what they were")
        if acknowledged and entries != self.after:
            raise Broken("a run that was acknowledged is gone")
        return entries

    def wraps(self, at):
        """Every wrapped key of a bucket."""
        at = str(at)
        if at not in self.known:
            paths = (p for p in Path(at, "K/buckets").rglob("*") if p.is_file())
            wraps = {str(p.relative_to(at)): p.read_bytes() for p in paths}
            if at.endswith("image"):
                return wraps
            self.known[at] = wraps
        return self.known[at]

    def again(self, at):
        """The second source taken in once more."""
        served = self.serve("ingest", at, self.mode)
        if not served:
            served = 0, json.loads(self.ok(at, self.words("second"), (0, 3)).stdout.splitlines()[-1])
        if served[0] not in (0, 3):
            raise Broken(f"ingest ends with {served[0]}: {served[1]}")
        return served[1]["runs"][0]

    def repeats(self, at):
        """Repeating the run completes it; once more adds nothing."""
        run = self.again(at)
        ways = ("new", "seen_again", "changed", "seen_elsewhere", "withheld_again", "expired", "suppressed")
        if sum(run[way] for way in ways) != run["tally"]["messages"] or run["expired"]:
            raise Broken(f"repeated: {[(way, run[way]) for way in ways]} of {run['tally']}")
        run = self.again(at)
        if run["new"] or run["entries_added"]:
            raise Broken("repeated twice, something was added")
        if self.holds(at) != self.after:
            raise Broken("repeated, the log has another length")
        blobs = len(list((at / "A/blobs").iterdir()))
        if blobs != len(list((self.done / "A/blobs").iterdir())):
            raise Broken(f"{blobs} files of attachments")

    def end(self):
        """The archive and the helper's process go."""
        if self.server:
            self.server.stdin.close()
            self.server.wait()
        self.drop(self.work)

    def drop(self, at):
        shutil.rmtree(at, ignore_errors=True)


class Part:
    """One way of breaking, for as long as it is given or until it was tried so often."""

    def __init__(self, name, seconds, least):
        self.name, self.began, self.archives = name, time.monotonic(), 1
        self.until, self.least = self.began + seconds, least
        self.tries, self.failed, self.notes = 0, [], []

    def time(self):
        if self.least:
            return self.tries < self.least
        return time.monotonic() < self.until

    def check(self, what, act):
        self.tries += 1
        try:
            act()
        except Broken as e:
            self.failed.append(f"{what}: {e}")
        except subprocess.TimeoutExpired:
            self.failed.append(f"{what}: hangs")
        if self.least and self.tries % 1000 == 0:
            took = time.monotonic() - self.began
            print(f"  {self.name}: {self.tries} tries, {len(self.failed)} failed, {took:.0f} s", flush=True)

    def end(self):
        archives = [f"{self.archives} archives, of the last"] if self.archives > 1 else []
        notes = f" ({', '.join(archives + self.notes)})" if self.notes else ""
        print(f"{self.name}: {self.tries} tries, {len(self.failed)} failed{notes}", flush=True)
        for line in self.failed[:20]:
            print(f"  {line}", flush=True)


class Shim:
    """The library that lets calls fail."""

    def __init__(self, work):
        self.path = Path(work) / "faults.so"
        compiler = shutil.which("cc")
        self.there = bool(compiler) and subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", self.path, HERE / "tests/support/faults.c", "-ldl",
             "-lpthread"]).returncode == 0

    def env(self, folder, **more):
        dirs = f"{folder}/A:{folder}/K:{folder}/H"
        return {"LD_PRELOAD": str(self.path), "FAULT_DIRS": dirs, **{f"FAULT_{k.upper()}": str(v) for k, v in more.items()}}

    def calls(self, world, ops):
        """How many calls of these kinds an ingest makes."""
        if not self.there:
            return 0
        at = world.copy(world.base)
        count = world.work / "count"
        count.unlink(missing_ok=True)
        world.ok(at, world.words("second"), (0, 3), self.env(at, ops=ops, count=count))
        world.drop(at)
        return int(count.read_text()) if count.exists() else 0
