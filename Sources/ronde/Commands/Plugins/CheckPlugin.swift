import ArgumentParser
import ConfigurationFiles
import Conformance
import Foundation
import Glibc
import Maintenance
import Reports
import Runner
import SystemPackage
import YAMLDocument

extension Ronde.PluginsCommand {
    struct CheckPlugin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Check that a plugin keeps the contract.",
            discussion: """
                Examples: ronde plugins check plugins/greeting
                          ronde plugins check plugins/greeting --with whom=everybody --json
                The plugin is started about ten times, and does its work each time: give it parameters that do no harm.
                Exit status: 0 every check passed, 1 one failed.
                """)

        @Argument(help: "The plugin's folder, or the plugin.yaml in it.")
        var folder: String

        @Option(
            name: .customLong("with"), help: ArgumentHelp("A parameter, the value in YAML.", valueName: "key=value"))
        var with: [String] = []

        @Option(help: "The SQLite file that the plugin is told of.")
        var database: String?

        @Option(help: "The address that the plugin is told of.")
        var url: String?

        @Flag(help: "Print JSON: {plugin, passed, checks: [{check, expected, happened, verdict}]}.")
        var json = false

        func run() async throws {
            var path = ConfigurationLocator.absolute(folder, from: InstanceOptions.workingFolder)
            if path.lastComponent == "plugin.yaml" { path.removeLastComponent() }
            let (manifest, mistakes) = InstanceOptions.loader.plugin(in: path)
            let expected = "a plugin.yaml without mistakes"
            guard let manifest else {
                let happened = mistakes.map(\.description).joined(separator: "; ")
                return try conclude(
                    path, [.init("manifest", expected: expected, happened: happened, .failed)], isTold: false)
            }
            let subject = try subject(manifest, path)
            let isQuiet = json
            let first = ConformanceFinding(
                "manifest", expected: expected, happened: "'\(manifest.name)', \(manifest.kindName)", .passed)
            if !isQuiet { Self.say(first) }
            let findings = try await StopOnSignals.run {
                try await ScratchFolder.with(below: FilePath(NSTemporaryDirectory())) { scratch in
                    try await ConformanceRun(subject, in: scratch).perform { if !isQuiet { Self.say($0) } }
                }
            }
            try conclude(path, [first] + findings, isTold: true)
        }

        private func subject(_ manifest: PluginManifest, _ folder: FilePath) throws -> Subject {
            var service = Service(name: "check", title: "A service to check plugins with")
            service.url = url
            if let database {
                let path = ConfigurationLocator.absolute(database, from: InstanceOptions.workingFolder)
                service.databases = ["main": DatabaseLocation(sqlite: path.string)]
            }
            for (fact, option, isThere) in [
                (ServiceFact.url, "--url", url != nil), (.database, "--database", database != nil),
            ] where manifest.requires.contains(fact) && !isThere {
                throw CommandFailure.usage(
                    "the plugin '\(manifest.name)' needs a service with a \(fact); name one with \(option)")
            }
            return Subject(
                manifest: manifest, folder: folder, service: service,
                with: try ParameterOptions.read(with, of: manifest, filling: true), ronde: Machine.executable,
                environment: Machine.pluginEnvironment)
        }

        private func conclude(_ folder: FilePath, _ findings: [ConformanceFinding], isTold: Bool) throws {
            let failed = findings.count { $0.verdict == .failed }
            if json {
                try JSONOutput.print(
                    Record(plugin: folder.string, passed: failed == 0, checks: findings.map(Record.Check.init)))
            } else {
                if !isTold { findings.forEach(Self.say) }
                let passed = findings.count { $0.verdict == .passed }
                Terminal.write("\n\(passed) passed, \(failed) failed\n", to: STDOUT_FILENO)
            }
            if failed > 0 { throw ExitCode(1) }
        }

        private static func say(_ finding: ConformanceFinding) {
            let mark =
                switch finding.verdict {
                case .passed: "✓"
                case .failed: "✗"
                case .skipped: "–"
                }
            let name = finding.check + String(repeating: " ", count: max(0, 14 - finding.check.count))
            let text = PrintableText.of("expected \(finding.expected); \(finding.happened)")
            Terminal.write(
                WrappedText.block(text, first: "\(mark) \(name) ", width: Terminal.width()) + "\n", to: STDOUT_FILENO)
        }

        private struct Record: Encodable {
            struct Check: Encodable {
                let check, expected, happened: String
                let verdict: ConformanceFinding.Verdict

                init(_ finding: ConformanceFinding) {
                    (check, expected, happened) = (finding.check, finding.expected, finding.happened)
                    verdict = finding.verdict
                }
            }

            let plugin: String
            let passed: Bool
            let checks: [Check]
        }
    }
}
