"""Crash images: what may be on the disk after the machine died, built in memory from a record of the calls.

Writes that a sync of their file followed are there; of the others none, all, some (in any order: they are of
different blocks), or parts of 512 bytes. Names appear, change and vanish in order. Those that no sync of their folder
followed may be missing from a point on: from one point in all folders, as a journal loses its end, or from one
in each folder, which POSIX allows and few file systems do.
"""
import os
from pathlib import Path


class Recording:
    """The files as they were before, and the calls that changed them, in order."""

    def __init__(self, base, record, at):
        self.folders, self.files = set(), {}
        for path in sorted(Path(base).rglob("*")):
            name = str(path.relative_to(base))
            if path.is_dir():
                self.folders.add(name)
            elif not name.endswith("-shm"):
                self.files[name] = path.read_bytes()
        self.ops = []
        for line in Path(record).read_text().splitlines():
            kind, path, *rest = line.split(" ")
            if path.endswith("-shm"):
                continue
            path = os.path.relpath(path, at)
            if kind == "w":
                rest = [int(rest[0]), bytes.fromhex(rest[1])]
            elif kind == "t":
                rest = [int(rest[0])]
            elif kind == "r":
                rest = [os.path.relpath(rest[0], at)]
            self.ops.append((kind, path, *rest))
        # where each path is renamed next: what is synced under its later name was synced
        self.renamed, later = [None] * len(self.ops), {}
        for i in range(len(self.ops) - 1, -1, -1):
            op = self.ops[i]
            if op[0] == "r":
                later[op[1]] = i
            self.renamed[i] = later.get(op[1])

    def image(self, crash, how, folders, dice):
        """Folders and files after the first `crash` calls; `how` says what became of unsynced writes, `folders` how
        unsynced names go."""
        ops, synced, whole, everything = self.ops[:crash], {}, {}, -1
        for i, op in enumerate(ops):
            if op[0] == "s":
                synced[op[1]] = i
            elif op[0] == "d":
                whole[op[1]] = i
            elif op[0] == "f":
                everything = i
            elif op[0] == "r":
                synced[op[2]] = synced.pop(op[1], -1)
        lost = self.lost(ops, whole, everything, how, folders, dice)
        there, files = set(self.folders), {name: data for name, data in self.files.items()}
        for i, op in enumerate(ops):
            kind, path = op[0], op[1]
            if kind in "crum":
                if i in lost:
                    continue
                if kind == "m":
                    there.add(path)
                elif kind == "c":
                    if os.path.dirname(path) in there:
                        files.setdefault(path, bytearray())
                elif kind == "u":
                    # a file, or a folder that is empty by now
                    files.pop(path, None)
                    there.discard(path)
                elif path in files:
                    files[op[2]] = files.pop(path)
                continue
            if path not in files or kind not in "tw":
                continue
            data = files[path]
            if not isinstance(data, bytearray):
                data = files[path] = bytearray(data)
            if kind == "t":
                data[op[2]:] = b""
                data.extend(bytes(op[2] - len(data)))
                continue
            renamed = self.renamed[i]
            final = self.ops[renamed][2] if renamed is not None and renamed < crash else path
            new = op[3]
            if max(synced.get(final, synced.get(path, -1)), everything) < i:
                if how == "none" or (how == "some" and dice.random() < 0.5):
                    continue
                if how == "torn" and dice.random() < 0.5 and len(new) > 512:
                    new = new[: max(512, dice.randrange(len(new) + 1) // 512 * 512)]
            if len(data) < op[2]:
                data.extend(bytes(op[2] - len(data)))
            data[op[2]:op[2] + len(new)] = new
        return there, files

    def lost(self, ops, whole, everything, how, folders, dice):
        """Numbers of the calls whose names did not become durable."""
        if how == "all":
            return set()
        names = [i for i, op in enumerate(ops) if op[0] in "crum" and i > everything]
        if folders == "together":
            last = max(whole.values(), default=-1)
            unsure = [i for i in names if i > last]
            return set(unsure[dice.randrange(len(unsure) + 1):])
        by_folder, lost = {}, set()
        for i in names:
            folder = os.path.dirname(ops[i][2] if ops[i][0] == "r" else ops[i][1])
            if i > whole.get(folder, -1):
                by_folder.setdefault(folder, []).append(i)
        for unsure in by_folder.values():
            lost.update(unsure[dice.randrange(len(unsure) + 1):])
        return lost


def write(image, to):
    """Writes an image into a new folder."""
    folders, files = image
    to = Path(to)
    to.mkdir()
    for folder in sorted(folders):
        (to / folder).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = to / name
        if path.parent.is_dir():
            path.write_bytes(data)
