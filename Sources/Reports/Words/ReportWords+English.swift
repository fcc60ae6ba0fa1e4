internal import Maintenance

extension ReportWords {
    package static let english = ReportWords(
        outcomes: [
            .ok: "OK", .warning: "WARNING", .critical: "CRITICAL", .unknown: "UNKNOWN", .skipped: "SKIPPED",
            .waiting: "WAITING",
        ],
        weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        facts: Facts(
            run: "Run", service: "Service", trigger: "Trigger", started: "Started", ended: "Ended",
            duration: "Duration", host: "Host", timeZone: "Time zone",
            bySchedule: "by schedule", byHand: "by hand",
            due: { instant in "due \(instant)" },
            late: { instant, delay in "late by \(delay), due \(instant)" },
            unknownZone: { name in "UTC, because '\(name)' is not a known time zone" }),
        sections: Sections(
            attention: "What needs attention", tasks: "Tasks", measurements: "Measurements",
            artifacts: "Files made", signatures: "Signatures", changes: "Changes since the last run", logs: "Logs",
            review: "Review",
            changesSince: { run in "Changes since \(run)" }),
        columns: Columns(
            task: "Task", outcome: "Outcome", duration: "Duration", summary: "Summary",
            measurement: "Measurement", value: "Value", judged: "Limits",
            run: "Run", checklist: "Checklist", started: "Started", tasks: "Tasks"),
        judgements: englishJudgements,
        changes: englishChanges,
        phrases: englishPhrases)

    private static var englishJudgements: Judgements {
        Judgements(
            warns: { range in "warns \(range)" }, critical: { range in "critical \(range)" },
            above: { limit in "above \(limit)" }, below: { limit in "below \(limit)" },
            upTo: { limit in "up to \(limit)" }, from: { limit in "from \(limit) up" }, at: { limit in "at \(limit)" },
            outside: { lower, upper in "outside \(lower) to \(upper)" },
            between: { lower, upper in "from \(lower) to \(upper)" },
            always: "always", never: "never")
    }

    private static var englishChanges: Changes {
        Changes(
            theRun: "The run",
            outcome: { name, old, new in "\(name): was \(old), is \(new)" },
            measurementName: { measurement, task in "\(measurement) (\(task))" },
            judged: { name, old, new, values in "\(name): was \(old), is \(new); \(values)" },
            value: { name, values in "\(name): \(values)" },
            values: { old, new, change in "\(old) → \(new)" + (change.map { ", \($0)" } ?? "") },
            newTask: { task, outcome in "\(task): new task, \(outcome)" },
            vanishedTask: { task, outcome in "\(task): no longer a task of this checklist; was \(outcome)" },
            newFinding: { task, level, message in "\(task): new \(level): \(message)" },
            goneFinding: { task, level, message in "\(task): no more \(level): \(message)" },
            longer: { task, old, new in "\(task): took \(new), before \(old)" },
            since: { instant, outcome in "That run started \(instant) and ended \(outcome)." },
            none: "Nothing that is worth telling.",
            first: "There is no earlier run of this checklist to compare with.",
            more: { count in "and \(count) more changes" })
    }

    private static var englishPhrases: Phrases {
        Phrases(
            title: { title, outcome in "\(title): \(outcome)" },
            nothingNeedsAttention: "Nothing: no task failed, and none found anything.",
            noTasks: "The run had no tasks.",
            dryRun: "This was a dry run: the tasks said what they would do and changed nothing.",
            interrupted: { reason in "The run ended before its tasks did: \(reason)" },
            andMore: { count in "and \(count) more; report.json has all of them" },
            attempt: { number, summary in "(attempt \(number)) \(summary)" },
            logTitle: { task, outcome, attempts, lines in
                let tries = attempts > 1 ? ", \(attempts) attempts" : ""
                return "\(task): \(outcome)\(tries), \(lines) \(lines == 1 ? "line" : "lines")"
            },
            linesLeftOut: { count in "... \(count) lines left out here; report.json has them ..." },
            levels: [.debug: "debug", .info: "info", .warning: "warning", .error: "error"],
            artifact: { kind, task, size, digest in
                "\(kind) by \(task), \(size)" + (digest.map { ", SHA-256 \($0)" } ?? "")
            },
            signed: { who, instant, host in "Signed by \(who), \(instant), on \(host)" },
            refused: { who, instant, host in "Refused by \(who), \(instant), on \(host)" },
            reviewedBy: "Reviewed by", date: "Date", notes: "Notes")
    }
}
