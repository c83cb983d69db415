"""Breaks that are no faults of a call: no room, damage to files, old files beside newer ones, several at once."""
import os, shutil, sqlite3, subprocess

from .world import Broken


def full(part, world, shim):
    """No room: a file system of 2 MB that holds the archive (or the key store, or the holding area) and is full but
    for so many KiB; where none can be mounted, a limit on the size of files."""
    mounted, refused = 0, 0
    for folder in ("A", "K", "H"):
        for free in (0, 100, 4, 12, 40, 200, 300, 500):
            # one of each in any case
            if free and not part.time():
                break
            at = world.copy(world.base)
            disk, kept = at / folder, at / "kept"
            kept.mkdir()
            if disk.exists():
                kept.rmdir()
                disk.rename(kept)
            disk.mkdir()
            if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk], capture_output=True).returncode:
                world.drop(at)
                break
            mounted += 1

            def act():
                nonlocal refused
                shutil.copytree(kept, disk, dirs_exist_ok=True)
                disk.chmod(0o700)
                room = os.statvfs(disk)
                fill = room.f_bavail * room.f_frsize - free * 1024
                (at / folder / "filler").write_bytes(bytes(max(fill, 0)))
                done = world.run(at, world.words("second"))
                if done.returncode not in (0, 1, 3, 5):
                    raise Broken(f"ends with {done.returncode}")
                refused += done.returncode in (1, 5)
                # room again: a disk without any has none for the index of the database's log, which reading needs
                (at / folder / "filler").unlink()
                world.holds(at, done.returncode in (0, 3))
                world.repeats(at)

            part.check(f"{folder}: {free} KiB free", act)
            subprocess.run(["umount", "-l", disk])
            world.drop(at)
    part.notes.append(f"{mounted} on a file system of 2 MB, {refused} runs refused")
    for blocks in (120, 1, 50, 200, 400, 800):
        if blocks != 120 and not part.time():
            break
        at = world.copy(world.base)

        def act():
            limited = ["sh", "-c", f"trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"", world.program, *world.words("second")]
            done = subprocess.run(limited, cwd=at, env={"HOME": str(at)}, capture_output=True, timeout=120)
            if done.returncode not in (0, 1, 3, 5) or b"panicked" in done.stderr:
                raise Broken(f"ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
            world.holds(at, done.returncode in (0, 3))
            world.repeats(at)

        part.check(f"files of at most {blocks} blocks", act)
        world.drop(at)


def contents(at):
    """Everything that the archive stores, as it is read; `None` when it cannot be."""
    try:
        db = sqlite3.connect(f"file:{at}/A/archive.db?mode=ro", uri=True)
        rows = [db.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in ("entries", "dedup", "state")]
        db.close()
    except sqlite3.Error:
        return None
    blobs = {p.name: p.read_bytes() for p in (at / "A/blobs").iterdir()}
    return rows, blobs, (at / "A/checkpoint").read_bytes()


def flip(part, world, shim):
    """A byte, a sector: the keyless verify says so, or everything stored is as it was."""
    silent = {"archive.db": 0}
    whole = contents(world.done)
    files = [p for p in sorted((world.done / "A").rglob("*")) if p.is_file() and p.name not in ("lock",) and not p.name.endswith("-shm")]
    files = [p for p in files if p.stat().st_size]
    at = world.copy(world.done)
    unseen = 0
    while part.time():
        path = world.dice.choices(files, [4 if p.name.startswith("archive") else 1 for p in files])[0]
        target = at / path.relative_to(world.done)
        good = path.read_bytes()
        kind = world.dice.choice(["bit", "byte", "byte", "zero", "swap", "cut"])
        bad = bytearray(good)
        place = world.dice.randrange(len(good))
        sector = place // 512 * 512
        if kind == "bit":
            bad[place] ^= 1 << world.dice.randrange(8)
        elif kind == "byte":
            bad[place] ^= world.dice.randrange(1, 256)
        elif kind == "zero":
            bad[sector:sector + 512] = bytes(len(bad[sector:sector + 512]))
        elif kind == "swap":
            other = world.dice.randrange(len(good)) // 512 * 512
            n = min(512, len(good) - max(sector, other))
            bad[sector:sector + n], bad[other:other + n] = good[other:other + n], good[sector:sector + n]
        else:
            del bad[place:]
        if bytes(bad) == good:
            continue
        target.write_bytes(bad)

        def act():
            nonlocal unseen
            code, _ = world.verify(at)
            if code in (4, 5, 1):
                return
            if code != 0:
                raise Broken(f"verify ends with {code}")
            unseen += 1
            if contents(at) != whole:
                raise Broken("verify holds, and what is stored is not what was")

        part.check(f"{kind} at {place} of {path.name}", act)
        # verifying may have folded the log in: all files as they were
        shutil.rmtree(at / "A")
        shutil.copytree(world.done / "A", at / "A")
    part.notes.append(f"{unseen} changed nothing that is stored")
    world.drop(at)


def mix(part, world, shim):
    """An old copy of one file beside newer others."""
    old, new = world.base, world.done
    names = sorted({p.relative_to(r / "A") for r in (old, new) for p in (r / "A").rglob("*") if p.is_file()})
    for name in names:
        if name.name == "lock" or name.name.endswith("-shm"):
            continue
        for newer, older, what in ((new, old, "an old"), (old, new, "a new")):
            at = world.copy(newer)
            target, source = at / "A" / name, older / "A" / name
            if source.exists():
                shutil.copy2(source, target)
            elif target.exists():
                target.unlink()

            def act():
                code, report = world.verify(at)
                if code in (1, 4, 5):
                    return
                if code != 0:
                    raise Broken(f"verify ends with {code}")
                # what holds must be one of the two states, whole
                if report["entries"] not in (world.before, world.after):
                    raise Broken(f"{report['entries']} entries hold")
                if what == "an old" and report["entries"] == world.before and name.name == "archive.db":
                    raise Broken("an old state passes for the new one")

            part.check(f"{what} {name}", act)
            world.drop(at)
    # the whole older archive beside the newer checkpoint that somebody kept
    at = world.copy(old)
    shutil.copy2(new / "A/checkpoint", at / "kept")

    def act():
        if world.verify(at, ["--checkpoint", "kept"])[0] != 5:
            raise Broken("an old archive passes against a newer checkpoint")
        if world.verify(new, ["--checkpoint", str(old / "A/checkpoint")])[0] != 0:
            raise Broken("a newer archive does not hold against an older checkpoint")

    part.check("an old archive against a newer checkpoint", act)
    world.drop(at)
    # an old key store: what it lacks is the keys of the newer buckets
    at = world.copy(new)
    shutil.rmtree(at / "K")
    shutil.copytree(old / "K", at / "K")

    def act():
        if world.verify(at)[0] != 0:
            raise Broken("without keys the archive does not hold")
        code, _ = world.verify(at, ["--keys", "K", "--passphrase-file", "pw"])
        if code not in (3, 5):
            raise Broken(f"keys are missing and verify ends with {code}")

    part.check("an old key store", act)
    world.drop(at)


def two(part, world, shim):
    """Two writers, and a verifier beside a writer."""
    busy = 0
    rounds = 0
    while (part.time() and rounds < 40) or rounds < 2:
        rounds += 1
        at = world.copy(world.base)

        def act():
            nonlocal busy
            env = {"HOME": str(at)}
            start = lambda words: subprocess.Popen([world.program, *words], cwd=at, env=env, stdin=subprocess.DEVNULL,
                                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            writers = [start(world.words("second")) for _ in range(2)]
            looking = [start(["verify", "--archive", "A"]) for _ in range(2)]
            codes = []
            for child in writers + looking:
                err = child.communicate(timeout=120)[1]
                if b"panicked" in err:
                    raise Broken("panicked")
                codes.append(child.returncode)
            if any(c not in (0, 3, 7) for c in codes[:2]) or 7 == codes[0] == codes[1]:
                raise Broken(f"writers end with {codes[:2]}")
            busy += codes[:2].count(7)
            if any(c != 0 for c in codes[2:]):
                raise Broken(f"verifiers end with {codes[2:]}")
            world.holds(at, True)
            world.repeats(at)

        part.check("two writers, two verifiers", act)
        world.drop(at)
    part.notes.append(f"{busy} times busy")
