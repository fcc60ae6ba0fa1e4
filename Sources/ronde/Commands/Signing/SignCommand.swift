import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner
import SystemPackage

extension Ronde {
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Sign a step that waits for a person; without arguments, show what waits.",
            discussion: """
                Examples:
                  ronde sign
                  ronde sign monthly-20261201-030000 restore-test --note "done on the spare host"
                  ronde sign monthly-20261201-030000 disk --evidence wear=12 --evidence photo=@disk.jpg
                  ronde sign update-20261201-101500 go --refuse --note "not before the holidays"
                What waited for it is then done, here and now. Exit status: that of the run; 64 where
                the signature does not count, 66 where no such run waits.
                """)

        @Argument(help: "The run.") var run: String?
        @Argument(help: "The task; may be left out where only one waits.") var task: String?
        @Option(help: "What is to be remembered of it.") var note: String?
        @Flag(help: "Say that it was not done, or that it is not approved.") var refuse = false
        @Option(
            name: .customLong("evidence"),
            help: ArgumentHelp("A text or number, or a file; may be repeated.", valueName: "name=value|name=@file"))
        var evidence: [String] = []
        @Flag(help: "Print JSON: the run as it stands then, or {waiting: [{run, task, …}]}.") var json = false
        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let config = instance.config
            let instance = try instance.instance()
            let settings = instance.runnerSettings()
            let runner = ChecklistRunner(settings: settings, store: try RunStore.open(settings))
            let waiting = try runner.waitingRuns()
            guard let run else { return try WaitingList(runs: waiting, zone: instance.timeZone).print(json: json) }
            guard let found = waiting.first(where: { $0.run.rawValue == run }) else {
                throw CommandFailure.noInput("no run '\(run)' waits for a person; 'ronde sign' shows those that do")
            }
            let signing = try signing(of: found, settings)
            let progress: any RunObserver = json ? SilentObserver() : RunProgress()
            let report: RunReport
            do {
                report = try await StopOnSignals.run {
                    try await runner.sign(
                        found.run, signing, checklist: instance.checklist(named: found.checklist), observer: progress)
                }
            } catch let error as RunError {
                throw Run.failure(error)
            }
            try Run.show(report, of: instance, config: config, json: json)
            if report.outcome.exitStatus != 0 { throw ExitCode(report.outcome.exitStatus) }
        }

        private func signing(of found: RunReport, _ settings: RunnerSettings) throws -> Signing {
            let open = found.tasks.filter(\.wantsSignature).map(\.task)
            guard let task = task ?? (open.count == 1 ? open[0] : nil) else {
                throw CommandFailure.usage(
                    "\(found.run) waits for several steps; name one: \(open.joined(separator: ", "))")
            }
            var signing = Signing(
                task: task,
                signature: Signature(
                    by: Machine.account, at: Date(), host: settings.host, isGiven: !refuse,
                    note: note.map { PrintableText.of($0, limit: 1000) }))
            for pair in evidence {
                guard let end = pair.firstIndex(of: "="), end > pair.startIndex else {
                    throw CommandFailure.usage("--evidence takes NAME=VALUE or NAME=@FILE, not '\(pair)'")
                }
                let (name, value) = (String(pair[..<end]), String(pair[pair.index(after: end)...]))
                guard signing.signature.evidence[name] == nil, signing.files[name] == nil else {
                    throw CommandFailure.usage("--evidence \(name) was given twice")
                }
                // Only what was asked for may become part of a path.
                let wanted = found.tasks.first { $0.task == task }?.awaits?.evidence.first { $0.name == name }
                if let wanted, wanted.kind == .file, value.hasPrefix("@") {
                    let file = ConfigurationLocator.absolute(
                        String(value.dropFirst()), from: InstanceOptions.workingFolder)
                    let folder = EvidenceFolder(of: found.run, settings: settings)
                    signing.files[name] = try folder.keep(file, for: task, as: name)
                } else {
                    signing.signature.evidence[name] = PrintableText.of(value, limit: 4000)
                }
            }
            return signing
        }
    }
}
