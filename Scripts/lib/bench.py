"""Measures Ronde beside the tools that operators use today; called by Scripts/bench.

Every figure is taken in one run on one file, ours and the other's in turn, so that ratios mean something on any machine.
Prints a table, and writes the same as JSON.
"""
import argparse, json, os, pathlib, signal, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent


class Bench:
    def __init__(self, ronde, folder, size, rounds):
        self.ronde, self.folder, self.size, self.rounds = str(ronde), folder, size, rounds
        self.database = folder / "api" / "test.db"
        self.rows = []

    # --- running ---------------------------------------------------------------------------------------------------

    def run(self, command, **options):
        """Wall and processor seconds, and the largest resident set in MiB of any process it waited for."""
        start = time.monotonic()
        child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.folder, **options)
        error = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return {
            "seconds": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime,
            "rss_mib": usage.ru_maxrss / 1024, "status": child.returncode, "error": error.decode(errors="replace")}

    def shell(self, text):
        return self.run(["bash", "-c", "set -e; " + text])

    def plugin(self, name, **parameters):
        arguments = [f"--with={key}={value}" for key, value in parameters.items()]
        return self.run([self.ronde, "plugins", "run", name, "--config", str(self.folder / "ronde.yaml"),
                         "--time-limit", "30m", "--json", *arguments])

    def best(self, *actions, prepare=None):
        """The fastest of some rounds of each action, the actions in turn."""
        results = [[] for _ in actions]
        for _ in range(self.rounds):
            for index, action in enumerate(actions):
                if prepare:
                    prepare()
                subprocess.run(["sync"], check=True)
                result = action()
                if result["status"] not in (0, 1):
                    sys.exit(f"bench: a step failed with {result['status']}: {result['error'][-2000:]}")
                results[index].append(result)
        return [min(each, key=lambda result: result["seconds"]) for each in results]

    def report(self, what, ours, other, tool, unit="s", limit=None):
        self.rows.append({"figure": what, "ronde": ours, "other": other, "tool": tool, "unit": unit, "limit": limit})
        text = f"{ours:.3g}" + ("" if other is None else f" vs {other:.3g}")
        print(f"  {what}: {text} {unit}", file=sys.stderr)

    # --- the file --------------------------------------------------------------------------------------------------

    def make_instance(self):
        (self.folder / "api").mkdir(parents=True)
        (self.folder / "schedules").mkdir()
        (self.folder / "ronde.yaml").write_text(
            "services:\n  api:\n    databases: {main: {sqlite: api/test.db}}\n"
            "    backups: {daily: b/daily, weekly: b/weekly, monthly: b/monthly}\n")

    def make_database(self, path=None, extra="", size=None):
        path, size = path or self.database, size or self.size
        # About 250 bytes a row with its two indexes; words that compress, and a token that does not.
        rows = max(1000, size // 262)
        script = f"""
            PRAGMA page_size=4096; {extra} PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
            CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, email TEXT, token TEXT, note TEXT, created INTEGER);
            CREATE TABLE beats(id INTEGER PRIMARY KEY, at REAL);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
            INSERT INTO users SELECT i, 'user number ' || i, 'user' || (i * 7919 % 1000003) || '@example.org',
                hex(randomblob(24)), 'signed up from page ' || (i % 97) || ' and was sent the letter of the month',
                1700000000 + i FROM n;
            CREATE INDEX users_by_email ON users(email);
            CREATE INDEX users_by_created ON users(created);
            PRAGMA wal_checkpoint(TRUNCATE);
            """
        subprocess.run(["sqlite3", str(path)], input=script.encode(), check=True, stdout=subprocess.DEVNULL)
        print(f"  a database of {path.stat().st_size / 1e6:.0f} MB", file=sys.stderr)

    def fresh_copies(self):
        """What puts the database back as it is now, so that whatever writes to it finds the same file each time."""
        subprocess.run(["cp", str(self.database), "base.db"], cwd=self.folder, check=True)

        def prepare():
            self.remove_database()
            subprocess.run(["cp", "base.db", str(self.database)], cwd=self.folder, check=True)
        return prepare

    def remove_database(self):
        for ending in ("", "-wal", "-shm"):
            pathlib.Path(str(self.database) + ending).unlink(missing_ok=True)

    # --- figures ---------------------------------------------------------------------------------------------------

    def backup(self):
        def clean():
            subprocess.run("rm -rf b out && mkdir out", shell=True, cwd=self.folder, check=True)
        source = "sqlite3 api/test.db '.backup out/x.db'; sqlite3 out/x.db 'PRAGMA integrity_check'"
        for name, compression, tool in [
            ("zstd", "zstd", "zstd -q -3 -T2 out/x.db"), ("gzip", "gzip", "pigz -6 out/x.db")]:
            ours, other = self.best(
                lambda: self.plugin("backup", tier="manual", compression=compression),
                lambda: self.shell(f"{source}; {tool}; rm -rf out; mkdir out"), prepare=clean)
            self.report(f"backup, {name}: wall time", ours["seconds"], other["seconds"],
                        f".backup, integrity_check, {tool.split()[0]}", limit="no longer")
            self.report(f"backup, {name}: processor time", ours["cpu"], other["cpu"], "the same")
            self.report(f"backup, {name}: peak memory", ours["rss_mib"], None, None, "MiB", "under 64")
        clean()

    def alone(self):
        prepare = self.fresh_copies()
        for name, parameters, sql in [
            ("integrity", {}, "PRAGMA integrity_check; PRAGMA foreign_key_check"),
            ("analyze", {"mode": "full"}, "ANALYZE"),
            ("vacuum", {"when": "always", "max_stall": "10m"}, "VACUUM")]:
            shell = lambda: self.shell(f"sqlite3 api/test.db '{sql}'")
            # The shell does not look for damage before it writes; we do, unless told not to.
            alike = parameters if name == "integrity" else {**parameters, "check": "none"}
            ours, other = self.best(lambda: self.plugin(name, **alike), shell, prepare=prepare)
            self.report(f"{name} without a writer", ours["seconds"], other["seconds"], f"sqlite3 {sql}",
                        limit="at most 1.05 of it")
            if alike != parameters:
                ours = self.best(lambda: self.plugin(name, **parameters), prepare=prepare)[0]
                self.report(f"{name}, with a look for damage first", ours["seconds"], other["seconds"], "the same")

    def beside_a_writer(self):
        # Twice as long as any other figure needs: a shared disk has bad seconds of its own.
        idle = self.with_writer(lambda: time.sleep(30))
        for name, work in [
            ("nothing", None),
            ("sqlite3 ANALYZE", lambda: self.shell("sqlite3 -cmd '.timeout 60000' api/test.db ANALYZE")),
            ("ronde analyze", lambda: self.plugin("analyze")),
            ("ronde analyze, full", lambda: self.plugin("analyze", mode="full")),
            ("ronde backup, zstd", lambda: self.plugin("backup", tier="manual", compression="zstd")),
            ("ronde backup, gzip", lambda: self.plugin("backup", tier="manual", compression="gzip")),
            ("sqlite3 VACUUM", lambda: self.shell("sqlite3 -cmd '.timeout 60000' api/test.db VACUUM || true")),
            ("ronde vacuum, max_stall 2s", lambda: self.plugin("vacuum", when="always")),
        ]:
            found = idle if work is None else self.with_writer(work)
            for what, unit in [("p99", "ms"), ("longest", "ms"), ("errors", "")]:
                self.report(f"a writer's commits beside {name}: {what}", found[what], idle[what], "nothing running", unit)
        # With a rollback journal commits wait for the copy; 5 seconds is what most programs wait for.
        found = self.with_writer(
            lambda: self.plugin("backup", tier="manual", compression="zstd"), journal="DELETE")
        for what, unit in [("longest", "ms"), ("errors", "")]:
            self.report(f"with a rollback journal, beside ronde backup: {what}", found[what], None, None, unit,
                        "no error within 5 s")
        subprocess.run(["sqlite3", str(self.database), "PRAGMA journal_mode=WAL"], check=True, stdout=subprocess.DEVNULL)

    def with_writer(self, work, journal="WAL"):
        """What a process that commits every 5 ms sees meanwhile."""
        subprocess.run(
            ["sqlite3", str(self.database), f"PRAGMA journal_mode={journal}; PRAGMA wal_checkpoint(TRUNCATE)"],
            check=True, stdout=subprocess.DEVNULL)
        # What the kernel still has to write of earlier steps would be counted as waiting for us.
        subprocess.run(["sync"], check=True)
        writer = subprocess.Popen([sys.executable, str(HERE / "writer.py"), str(self.database)],
                                  stdout=subprocess.PIPE, text=True)
        writer.stdout.readline()
        time.sleep(1)
        work()
        writer.send_signal(signal.SIGTERM)
        return json.loads(writer.communicate(timeout=60)[0])

    def listing(self, count):
        folder = self.folder / "b" / "daily"
        subprocess.run([self.ronde, "plugins", "run", "backup", "--config", str(self.folder / "ronde.yaml"),
                        "--with", "tier=daily", "--with", "keep=10000"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        manifest_path = next(folder.glob("test_*.json"))
        manifest = json.loads(manifest_path.read_text())
        data = manifest["files"][0]
        data["bytes"] = 1
        day = 86400
        for index in range(count):
            instant = time.gmtime(1_000_000_000 + index * 7200)
            stamp = time.strftime("%Y%m%d_%H%M%S", instant)
            data["name"] = f"test_{stamp}.db.gz"
            manifest["instant"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", instant)
            (folder / data["name"]).write_bytes(b"x")
            (folder / f"test_{stamp}.json").write_text(json.dumps(manifest))
        command = [self.ronde, "backups", "list", "--config", str(self.folder / "ronde.yaml")]
        plan = [self.ronde, "backups", "prune", "--config", str(self.folder / "ronde.yaml"), "--dry-run",
                "--tier", "daily"]
        first = self.run(command)
        self.report(f"list {count:,} sets, the first time", first["seconds"], None, None)
        listed, planned = self.best(lambda: self.run(command), lambda: self.run(plan))
        # A list says why each set is kept: it has planned retention too.
        self.report(f"list {count:,} sets and plan their retention", listed["seconds"], None, None, limit="under 1 s")
        self.report(f"the plan itself, {count:,} lines", planned["seconds"], None, None)

    def table(self):
        heads = ("Figure", "Ronde", "Other", "Ratio", "Goal", "Compared with")
        lines = [heads]
        for row in self.rows:
            other = row["other"]
            lines.append((
                row["figure"], f"{row['ronde']:.3g} {row['unit']}", "" if other is None else f"{other:.3g} {row['unit']}",
                "" if not other else f"{row['ronde'] / other:.2f}", row["limit"] or "", row["tool"] or ""))
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ronde", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=1024, help="MiB of the database")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sets", type=int, default=100_000)
    parser.add_argument("--only", choices=["backup", "alone", "writer", "list"], action="append")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the figures")
    options = parser.parse_args()
    chosen = options.only or ["backup", "alone", "writer", "list"]
    with tempfile.TemporaryDirectory(prefix="ronde-bench-") as name:
        bench = Bench(options.ronde, pathlib.Path(name), options.size << 20, options.rounds)
        bench.make_instance()
        if chosen != ["list"]:
            bench.make_database()
        if "backup" in chosen:
            bench.backup()
        if "writer" in chosen:
            bench.beside_a_writer()
        if "alone" in chosen:
            bench.alone()
        if "list" in chosen:
            bench.remove_database()
            bench.make_database(size=1 << 20)
            bench.listing(options.sets)
    print(bench.table())
    if options.json:
        options.json.write_text(json.dumps({"size_mib": options.size, "figures": bench.rows}, indent=2) + "\n")


main()
