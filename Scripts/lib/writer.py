"""Commits one row every 5 ms until SIGTERM, then prints how long its commits took, in milliseconds, as JSON."""
import json, signal, sqlite3, sys, time

running = True


def stop(*_):
    global running
    running = False


signal.signal(signal.SIGTERM, stop)
connection = sqlite3.connect(sys.argv[1], timeout=5, isolation_level=None)
times, errors = [], 0
print("ready", flush=True)
while running:
    start = time.monotonic()
    try:
        connection.execute("INSERT INTO beats(at) VALUES (?)", (start,))
    except sqlite3.OperationalError:
        errors += 1
    times.append((time.monotonic() - start) * 1000)
    time.sleep(0.005)
times.sort()
print(json.dumps({
    "commits": len(times), "errors": errors, "median": times[len(times) // 2],
    "p99": times[int(len(times) * 0.99)], "longest": times[-1]}))
