"""Measures the next firing, and the daemon: ten thousand schedules, a hundred firings at one
instant, a thousand tasks every ten seconds.

Called by Scripts/bench. Figures are this machine's own; nothing else is installed that could be compared.
"""
import json, os, pathlib, signal, sqlite3, statistics, subprocess, sys, tempfile, time

from process_events import ProcessEvents, can_listen


class Daemon:
    """An instance in a folder of its own, whose tasks note when their process began."""

    def __init__(self, ronde, folder, at_once):
        self.ronde, self.folder = str(ronde), folder
        (folder / "schedules").mkdir()
        plugin = folder / "plugins" / "note"
        plugin.mkdir(parents=True)
        (plugin / "plugin.yaml").write_text(
            "name: note\nsummary: Notes when it began\ncommand: [./note.sh]\n")
        # Not where the daemon looks for changes of its configuration.
        self.notes = folder / "notes" / "of"
        self.notes.mkdir(parents=True)
        script = plugin / "note.sh"
        # The shell's own clock, read before anything else: no process is started for it.
        script.write_text(
            "#!/bin/bash\nprintf '%s\\n' \"$EPOCHREALTIME\" >> \"${0%/*}/../../notes/of/starts.$$\"\n"
            "printf '%s\\n' '{\"type\":\"result\",\"outcome\":\"ok\",\"summary\":\"noted\"}'\n")
        script.chmod(0o755)
        (folder / "ronde.yaml").write_text(
            f"timezone: UTC\ndaemon: {{checklists_at_once: {at_once}}}\nservices:\n  api: {{title: API}}\n")
        self.process = None

    def add(self, name, schedule):
        """A checklist of one task; `schedule` as YAML."""
        (self.folder / "schedules" / f"{name}.yaml").write_text(
            f"checklist: {name}\nservice: api\nschedule: {schedule}\ntasks: [{{task: note, plugin: note}}]\n")

    def start(self):
        """Seconds until it watches its schedules."""
        self.log = open(self.folder / "daemon.log", "w+")
        begun = time.monotonic()
        self.process = subprocess.Popen([self.ronde, "daemon"], cwd=self.folder, stdout=self.log, stderr=self.log)
        while "watching" not in (self.folder / "daemon.log").read_text():
            if self.process.poll() is not None:
                sys.exit("bench: the daemon ended: " + (self.folder / "daemon.log").read_text()[-2000:])
            time.sleep(0.002)
        return time.monotonic() - begun

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """MiB of its own, and MiB with the pages of programs and libraries, which others share and the kernel drops."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        sizes = dict(line.split(":", 1) for line in status.splitlines())
        return tuple(int(sizes[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)

    def starts(self):
        return sorted(
            float(line) for file in self.notes.glob("starts.*") for line in file.read_text().split())

    def rows(self, sql):
        return sqlite3.connect(self.folder / "var" / "state" / "runs.db").execute(sql).fetchall()


def idle(ronde, count, report):
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(ronde, pathlib.Path(folder), 100)
        for index in range(count):
            # Not due while we look.
            daemon.add(f"job-{index:05}", f'"{index % 60} {index // 60 % 24} {1 + index % 28} {1 + index % 12} *"')
        started = daemon.start()
        time.sleep(5)
        before, begun = daemon.cpu(), time.monotonic()
        time.sleep(90)
        share = (daemon.cpu() - before) / (time.monotonic() - begun)
        own, all_of_it = daemon.resident()
        daemon.stop()
        report(f"{count:,} schedules: start", started, "s", "under 1")
        report(f"{count:,} schedules: memory of its own", own, "MiB", "under 40")
        report(f"{count:,} schedules: memory with the program's file", all_of_it, "MiB", None)
        report(f"{count:,} schedules: processor, idle", share * 100, "% of a core", "under 0.1")


def next_minute():
    return (time.time() // 60 + 1) * 60


def percentiles(report, what, delays, goals):
    if delays:
        report(f"{what}, median", statistics.median(delays), "ms", goals[0])
        report(f"{what}, p99", delays[max(int(len(delays) * 0.99) - 1, 0)], "ms", goals[1])


def together(ronde, others, count, report):
    """From the due instant to the start of a task's process, of many that are due at one instant.

    Ronde starts a supervisor for each task, and that starts the task's program; the kernel says when each began.
    """
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(ronde, pathlib.Path(folder), count)
        for index in range(others):
            daemon.add(f"job-{index:05}", f'"{index % 60} {index // 60 % 24} {1 + index % 28} {1 + index % 12} *"')
        for index in range(count):
            daemon.add(f"due-{index:03}", '"* * * * *"')
        # Room to start before the minute is full.
        time.sleep((60 - time.time() % 60 + 50) % 60)
        daemon.start()
        due = next_minute()
        events = ProcessEvents(daemon.process.pid) if can_listen() else None
        time.sleep(due - time.time() + 30)
        daemon.stop()
        what = f"{count} firings at one instant"

        def delays(instants):
            return sorted((instant - due) * 1000 for instant in instants if due <= instant < due + 30)

        noted = delays(daemon.starts())
        if len(noted) != count:
            print(f"  {len(noted)} of {count} tasks began", file=sys.stderr)
        recorded = delays(row[0] / 1000 for row in daemon.rows("SELECT started_at FROM run"))
        percentiles(report, f"{what}: run recorded", recorded, (None, None))
        if events:
            events.stop()
            percentiles(report, f"{what}: process started", delays(events.children), (None, "under 100"))
            percentiles(report, f"{what}: task's program started", delays(events.grandchildren), (None, None))
        percentiles(report, f"{what}: task's program runs", noted, (None, None))


def one(ronde, minutes, report):
    """The same of one firing at a time, every minute."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(ronde, pathlib.Path(folder), 8)
        daemon.add("due", '"* * * * *"')
        time.sleep((60 - time.time() % 60 + 50) % 60)
        daemon.start()
        due = next_minute()
        events = ProcessEvents(daemon.process.pid) if can_listen() else None
        time.sleep(due - time.time() + 60 * minutes - 20)
        daemon.stop()
        if events:
            events.stop()
            for what, instants, goal in [
                ("process started", events.children, "under 10"), ("task's program started", events.grandchildren, None)
            ]:
                report(f"one firing: {what}, median", statistics.median(instant % 60 * 1000 for instant in instants),
                       "ms", goal)
        report("one firing: task's program runs, median",
               statistics.median(start % 60 * 1000 for start in daemon.starts()), "ms", None)


def steadily(ronde, tasks, minutes, report):
    """So many tasks every ten seconds: as schedules of every minute, spread over it by jitter."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(ronde, pathlib.Path(folder), 100)
        for index in range(tasks * 6):
            daemon.add(f"due-{index:05}", '{cron: "* * * * *", jitter: 60s}')
        daemon.start()
        first = int(next_minute())
        time.sleep(first - time.time() + 60 * minutes + 90)
        busy = daemon.cpu()
        daemon.stop()
        rows = daemon.rows(
            "SELECT f.checklist, f.nominal_time / 1000, f.state, r.started_at / 1000.0 FROM firing f "
            f"LEFT JOIN run r ON r.id = f.run WHERE f.nominal_time BETWEEN {first}000 AND {first + 60 * minutes - 60}000")
        due = tasks * 6 * minutes
        delays = {}  # what jitter adds is the same each time: the least that was seen, at most
        for checklist, nominal, _, started in rows:
            if started is not None:
                delays[checklist] = min(delays.get(checklist, 60), started - nominal)
        late = [max(started - nominal - delays[checklist], started - nominal - 60)
                for checklist, nominal, _, started in rows if started is not None]
        what = f"{tasks:,} tasks every 10 s, for {minutes} minutes"
        report(f"{what}: not run", due - sum(row[2] == "ran" for row in rows), f"of {due:,}", "0")
        report(f"{what}: latest start after it was due", max(late), "s", "under 10")
        report(f"{what}: the daemon's own share", busy / (60 * minutes + 90) * 100, "% of a core", None)


def firings(ronde, report):
    """How long it takes to find the next firing; the goals are those of the fastest library that was measured."""
    for expression, goal in [("*/15 * * * *", 400), ("0 2 * * *", 400), ("0 2 1 * *", 400), ("30 2 29 2 *", 1000)]:
        for zone in ["UTC", "Europe/Paris", "America/New_York"]:
            times = [
                int(subprocess.run([ronde, "cron", "time", expression, "--tz", zone], check=True, capture_output=True,
                                   text=True).stdout.split()[0]) for _ in range(5)]
            report(f"next firing, {expression}, {zone}", min(times), "ns", f"at most {goal}")


def main():
    ronde = pathlib.Path(sys.argv[1]).resolve()
    chosen = sys.argv[2:] or ["firings", "idle", "one", "together", "steadily"]
    rows = []

    def report(figure, value, unit, goal):
        rows.append({"figure": figure, "value": value, "unit": unit, "goal": goal})
        print(f"  {figure}: {value:.3g} {unit}" + (f" (goal: {goal})" if goal else ""), file=sys.stderr)

    if "firings" in chosen:
        firings(str(ronde), report)
    if "idle" in chosen:
        idle(ronde, 10_000, report)
    if "one" in chosen:
        one(ronde, 5, report)
    if "together" in chosen:
        together(ronde, 9_900, 100, report)
    if "steadily" in chosen:
        steadily(ronde, 1000, 3, report)
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
