"""Measures lists and pages over a long history; called by Scripts/bench.

Makes an instance whose state database has a million runs and a million firings, through the schema that Ronde itself
makes, and times what people ask. Each figure is the whole command, start of the process and reading of ronde.yaml
included; the first line is a command that asks nothing, so that the difference can be seen.
"""
import argparse, json, os, pathlib, shutil, sqlite3, subprocess, sys, tempfile, time

CONFIGURATION = """\
timezone: Europe/Paris
history: {{keep: {{days: 36500, runs: 10000000, bytes: 1TB}}, ledger: {{days: 36500}}, state: 100GB}}
services:
  api:
    url: http://127.0.0.1:9
    databases: {{main: {{sqlite: test.db}}}}
    backups: {{daily: b/d, weekly: b/w, monthly: b/m}}
"""
CHECKLIST = """\
checklist: {name}
service: api
schedule: "{minute} 2 * * *"
tasks: [{{task: check, plugin: integrity}}]
"""
TASK = {
    "task": "check", "title": "Check", "plugin": "integrity", "outcome": "ok", "summary": "the database is sound",
    "attempts": 1, "measurements": [], "artifacts": [], "log": [{"level": "info", "message": "x" * 80}] * 20}
BASE = 1_600_000_000_000
STEP = 120_000


def instant(milliseconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(milliseconds // 1000))


class History:
    def __init__(self, ronde, folder, runs, firings, checklists):
        self.ronde, self.folder, self.runs, self.firings = str(ronde), folder, runs, firings
        # One checklist in a thousand runs is rare: its pages must be as quick.
        self.names = [f"list{number:02d}" for number in range(checklists)]

    def name(self, number):
        return "rare" if number % 1000 == 999 else self.names[number % len(self.names)]

    def run_name(self, number):
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime((BASE + number * STEP) // 1000))
        return f"{self.name(number)}-{stamp}"

    def make(self):
        (self.folder / "schedules").mkdir(parents=True)
        (self.folder / "plugins").mkdir()
        (self.folder / "ronde.yaml").write_text(CONFIGURATION.format())
        for number, name in enumerate([*self.names, "rare"]):
            (self.folder / "schedules" / f"{name}.yaml").write_text(CHECKLIST.format(name=name, minute=number % 60))
        self.ask("ledger", "--json")  # makes the state database
        database = sqlite3.connect(self.folder / "var/state/runs.db", isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO run (id, checklist, trigger, nominal_time, started_at, ended_at, outcome, header, dry_run,"
            " timezone, task_counts, bytes) VALUES (?, ?, 'schedule', ?, ?, ?, ?, '', 0, 'Europe/Paris', '{\"ok\":1}',"
            " 12288)", (self.run_row(number) for number in range(self.runs)))
        database.executemany(
            "INSERT INTO firing (checklist, nominal_time, state, reason, run, claimed_at, claimed_by)"
            " VALUES (?, ?, ?, NULL, ?, ?, 'daemon-1')", (self.firing_row(number) for number in range(self.firings)))
        database.execute("INSERT OR REPLACE INTO history_note VALUES ('stock', ?)", [int(time.time() * 1000)])
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def run_row(self, number):
        start = BASE + number * STEP
        outcome = "ok" if number % 50 else ["warning", "critical", "unknown"][number // 50 % 3]
        return self.run_name(number), self.name(number), start, start + 40, start + 5000, outcome

    def firing_row(self, number):
        nominal = BASE + number * STEP
        state = "ran" if number % 97 else ["missed", "skipped", "merged", "late"][number // 97 % 4]
        return self.name(number), nominal, state, self.run_name(number) if state == "ran" else None, nominal + 40

    def reports(self, count):
        """Folders of the newest runs, and of the newest of the rare checklist."""
        rare = [number for number in range(self.runs - 1, -1, -1) if self.name(number) == "rare"][:200]
        for number in {*range(max(0, self.runs - count), self.runs), *rare}:
            start, run = BASE + number * STEP, self.run_name(number)
            place = self.folder / "var/reports" / run
            place.mkdir(parents=True)
            task = {**TASK, "started_at": instant(start), "ended_at": instant(start + 5000)}
            (place / "report.json").write_text(json.dumps({
                "run": run, "checklist": self.name(number), "title": "Daily", "service": "api",
                "outcome": self.run_row(number)[5], "trigger": "schedule", "nominal_time": instant(start),
                "started_at": instant(start), "ended_at": instant(start + 5000), "timezone": "Europe/Paris",
                "host": "h", "dry_run": False, "interruption": None, "tasks": [task]}))
            (place / "report.md").write_text("# Report\n")

    def ask(self, *words):
        """Wall and processor seconds of a command."""
        command = [self.ronde, *words, "--config", str(self.folder / "ronde.yaml")]
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        error = child.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {child.returncode}: {error}")
        return time.monotonic() - start, usage.ru_utime + usage.ru_stime

    def questions(self):
        middle = instant(BASE + self.firings // 2 * STEP)
        early = instant(BASE + 60 * STEP)
        newest = self.run_name(self.runs - 1)
        return [
            ("nothing (validate)", ["validate"]),
            ("ledger, newest page", ["ledger", "--count", "50"]),
            ("ledger, newest page, JSON", ["ledger", "--count", "50", "--json"]),
            ("ledger, a page of the middle", ["ledger", "--count", "50", "--until", middle, "--json"]),
            ("ledger, last page", ["ledger", "--count", "50", "--until", early]),
            ("ledger of a rare checklist", ["ledger", "--checklist", "rare", "--count", "50"]),
            ("ledger of a rare state", ["ledger", "--state", "merged", "--count", "50"]),
            ("ledger of both", ["ledger", "--checklist", "list01", "--state", "missed", "--count", "50"]),
            ("ledger between two instants", ["ledger", "--from", early, "--until", middle, "--count", "50"]),
            ("reports list", ["reports", "list"]),
            ("reports list, 100 as JSON", ["reports", "list", "--count", "100", "--json"]),
            ("reports list of a rare checklist", ["reports", "list", "--checklist", "rare", "--count", "50"]),
            ("reports show, newest", ["reports", "show"]),
            ("reports show of a name", ["reports", "show", newest]),
            ("history", ["history"]),
        ]

    def measure(self, rounds):
        rows = []
        # A daemon has the database open: without one, each command would also take its log down and sync it.
        daemon = sqlite3.connect(self.folder / "var/state/runs.db")
        daemon.execute("SELECT count(*) FROM schedule").fetchone()
        for name, words in self.questions():
            times = [self.ask(*words) for _ in range(rounds)]
            walls = sorted(wall * 1000 for wall, _ in times)
            rows.append({
                "name": name, "best_ms": walls[0], "median_ms": walls[len(walls) // 2],
                "cpu_ms": min(cpu for _, cpu in times) * 1000})
        daemon.close()
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ronde", type=pathlib.Path, help="the release build")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--firings", type=int, default=1_000_000)
    parser.add_argument("--reports", type=int, default=2_000, help="how many report folders")
    parser.add_argument("--checklists", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=pathlib.Path, help="where to make it, or where it was made and kept")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="ronde-history-"))
    history = History(options.ronde.resolve(), folder, options.runs, options.firings, options.checklists)
    try:
        if not (folder / "ronde.yaml").exists():
            history.make()
            history.reports(options.reports)
        rows = history.measure(options.rounds)
    finally:
        if not options.folder:
            shutil.rmtree(folder)
    print(f"{options.runs:,} runs, {options.firings:,} firings, limit 50 ms")
    for row in rows:
        mark = "" if row["best_ms"] < 50 else "  over the limit"
        print(
            f"  {row['name']:<36} {row['best_ms']:7.1f} ms best {row['median_ms']:7.1f} ms median"
            f" {row['cpu_ms']:7.1f} ms of processor{mark}")
    if options.json:
        options.json.write_text(json.dumps({"runs": options.runs, "firings": options.firings, "rows": rows}, indent=2))
    sys.exit(any(row["best_ms"] >= 50 for row in rows))


if __name__ == "__main__":
    main()
