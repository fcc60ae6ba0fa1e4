import ArgumentParser
import Beginning
import ConfigurationFiles
import DurableFiles
import Foundation
import Glibc
import Reports
import SystemPackage

extension Ronde {
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Write a commented ronde.yaml and checklists for a service.",
            discussion: """
                Examples: ronde init
                          ronde init /etc/ronde
                          ronde init --service api --url http://127.0.0.1:5000
                                     --database /srv/api/data/api.db --yes
                Asks for what the options leave open, where there is a terminal to ask on.
                Writes ronde.yaml and schedules/daily.yaml, weekly.yaml and monthly.yaml, and
                overwrites nothing. Data go to 'var' beside ronde.yaml; if that is below
                /etc, to /var/lib/ronde.
                Exit status: 0 written, 64 an answer that will not do, 66 a database that
                cannot be opened, 73 files that are there already.
                """)

        @Argument(help: "The folder of the new ronde.yaml; the current one where nothing is said.") var folder: String?
        @Option(help: "The name of the service: small letters, digits, '-' and '_'.") var service: String?
        @Option(help: "What reports call it; its name where nothing is said.") var title: String?
        @Option(help: "Its address, as in http://127.0.0.1:5000.") var url: String?
        @Option(help: ArgumentHelp("The page that tells whether it is well.", valueName: "path")) var health: String?
        @Option(help: ArgumentHelp("Its SQLite file.", valueName: "path")) var database: String?
        @Option(help: ArgumentHelp("The folder for its backups.", valueName: "path")) var backups: String?
        @Option(help: "The time zone of schedules, as in Europe/Paris; this machine's where nothing is said.")
        var timezone: String?
        @Option(help: "The e-mail address that is told of failures.") var mail: String?
        @Option(help: "With --mail: the sender; ronde@HOST where nothing is said.") var mailFrom: String?
        @Option(help: ArgumentHelp("With --mail: the server, as in smtp://localhost:25.", valueName: "url"))
        var smtp: String?
        @Option(help: ArgumentHelp("The folder for state, reports and backups.", valueName: "path")) var data: String?
        @Flag(help: "Do not look whether the database can be opened, as for another machine.") var unchecked = false
        @Flag(name: .shortAndLong, help: "Ask nothing: what the options leave open is as usual.") var yes = false
        @Flag(help: "Print JSON: {folder, files: [{path, state}], service, database, writable, next}.") var json = false

        func validate() throws {
            if mail == nil, mailFrom != nil || smtp != nil {
                throw ValidationError("--mail-from and --smtp say how mail is sent; --mail says to whom.")
            }
            for (name, value) in [
                ("FOLDER", folder), ("--database", database), ("--backups", backups), ("--data", data),
            ]
            where value?.isEmpty == true {
                throw ValidationError("\(name) takes a path.")
            }
        }

        func run() throws {
            let places = try self.places()
            let check = AnswerCheck(trial: Trial(compiledIn: CompiledInPlugins.manifests), places: places)
            let template = InstalledTemplate.bytes
            let placement = Placement(in: places.folder, template: template)
            let asks = !yes && Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDERR_FILENO)
            if asks { try refuseInstance(placement, in: places) }
            let interview = Interview(given: self, places: places, check: check, asks: asks)
            let (answers, look) = try interview.answers()
            let files = StarterFiles(answers, at: places)
            let obstacles = try placement.obstacles(for: files)
            guard obstacles.isEmpty else { throw Self.inTheWay(obstacles) }
            if asks, Confirmation.ask("Write these files to \(PrintableText.of(places.folder.string))?") != true {
                throw CommandFailure(message: "nothing was written", status: 130)
            }
            let outcome = InitOutcome(
                answers: answers, places: places, look: look, placed: try placement.place(files))
            try show(outcome)
            try validateWhole(places)
        }

        private func places() throws -> InstancePlaces {
            let working = InstanceOptions.workingFolder
            let place = ConfigurationLocator.absolute(folder ?? ".", from: working)
            return InstancePlaces(
                folder: place, data: data.map { ConfigurationLocator.absolute($0, from: working) })
        }

        /// Nobody should answer questions for nothing.
        private func refuseInstance(_ placement: Placement, in places: InstancePlaces) throws {
            let any = Answers(service: "service")
            let obstacles = try placement.obstacles(for: StarterFiles(any, at: places))
            if !obstacles.isEmpty { throw Self.inTheWay(obstacles) }
        }

        private static func inTheWay(_ obstacles: [FilePath]) -> CommandFailure {
            let names = obstacles.map { PrintableText.of($0.string) }.joined(separator: ", ")
            return CommandFailure(
                message: "there already: \(names); nothing was written. Move them away, or name another folder",
                status: 73)
        }

        private func show(_ outcome: InitOutcome) throws {
            if json { return try JSONOutput.print(InitShape(outcome)) }
            for line in outcome.tree { print(line) }
            Terminal.say("")
            for line in outcome.words { Terminal.say(line) }
        }

        /// Files that lay in the folder before may have mistakes that the new ones have not.
        private func validateWhole(_ places: InstancePlaces) throws {
            let file = places.folder.appending(ConfigurationLocator.fileName)
            guard case .mistakes(let mistakes) = InstanceOptions.loader.load(file) else { return }
            for mistake in mistakes { Terminal.say("\(mistake)") }
            throw CommandFailure.configuration(
                "the files were written, but with others that lie there they have mistakes")
        }
    }
}

/// `ronde.yaml` as `Scripts/install` leaves it, which names no service yet.
private enum InstalledTemplate {
    /// Its bytes; nil where this program was not installed.
    static var bytes: [UInt8]? {
        let prefix = Folder.parent(of: Folder.parent(of: Machine.executable))
        let path = prefix.appending("share").appending("ronde").appending(ConfigurationLocator.fileName)
        // Whatever keeps it from being read, nothing may be replaced then.
        return try? DurableFile.read(path, limit: 1 << 20)
    }
}
