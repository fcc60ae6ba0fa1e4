import Beginning
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage

/// Comes to the answers of `ronde init`: from the options, from a person, or as is usual, each checked at once.
struct Interview {
    let given: Ronde.Init
    let places: InstancePlaces
    let check: AnswerCheck
    /// Whether a person is there to answer.
    let asks: Bool

    /// Good answers, and what a look at the database found.
    ///
    /// - Throws: ``CommandFailure`` for an option that will not do, or is missing where nobody can be asked.
    func answers() throws -> (Answers, DatabaseLook?) {
        if !asks { try demandOptions() }
        if asks {
            Terminal.say(
                "A new instance in \(shown(places.folder.string)).\nEnter alone takes what is in [brackets].\n")
        }
        var answers = Answers(service: "service")
        try settle(Question("Name of the service, as in api", "--service"), given.service, &answers) {
            $0.service = $1 ?? ""
        }
        try settle(Question("What reports call it", "--title", usual: answers.service), given.title, &answers) {
            $0.title = $1
        }
        try settle(Question("Its address, as in http://127.0.0.1:5000", "--url", isOptional: true), given.url, &answers)
        {
            $0.url = $1
        }
        if answers.url != nil {
            let question = Question("The page that tells whether it is well", "--health", usual: answers.healthPath)
            try settle(question, given.health, &answers) { $0.health = $1 }
        }
        let look = try settleDatabase(&answers)
        if answers.database != nil {
            let usual = places.backups(of: answers.service).string
            var question = Question("Folder for its backups", "--backups", usual: usual)
            question.isPath = true
            try settle(question, given.backups, &answers) {
                $0.backups = $1.map(absolute)
            }
        }
        let zone = try usualTimeZone(answers)
        try settle(Question("Time zone of its schedules", "--timezone", usual: zone), given.timezone, &answers) {
            $0.timeZone = $1 ?? zone
        }
        try settleMail(&answers)
        return (answers, look)
    }

    private func demandOptions() throws {
        var missing: [String] = []
        if given.service == nil { missing.append("--service") }
        if given.url == nil, given.database == nil { missing.append("--url or --database") }
        guard !missing.isEmpty else { return }
        let reason = given.yes ? "with --yes nothing is asked" : "there is no terminal to ask on"
        throw CommandFailure.usage("\(reason), and these are missing: \(missing.joined(separator: ", "))")
    }

    // MARK: Questions

    /// One question, and the option that answers it.
    private struct Question {
        let words: String
        let option: String
        var usual: String?
        /// Whether no answer is an answer.
        var isOptional: Bool
        var isPath = false

        init(_ words: String, _ option: String, usual: String? = nil, isOptional: Bool = false) {
            (self.words, self.option, self.usual, self.isOptional) = (words, option, usual, isOptional)
        }
    }

    /// Puts an answer into `answers`: the option's, a person's, or the usual one.
    ///
    /// `put` takes nil for no answer.
    ///
    /// - Throws: ``CommandFailure`` for an option that will not do, or at the end of the input.
    private func settle(
        _ question: Question, _ option: String?, _ answers: inout Answers, _ put: (inout Answers, String?) -> Void
    ) throws {
        if let option {
            if let refusal = try tried(option, &answers, put) {
                throw CommandFailure.usage("\(question.option): \(shown(refusal))")
            }
            return
        }
        guard asks else {
            // What the program itself thinks usual may be refused too, as where two folders would be one.
            if let usual = question.usual, let refusal = try tried(usual, &answers, put) {
                throw CommandFailure.usage("\(question.option) is needed: \(shown(refusal))")
            }
            return
        }
        while true {
            let answer = try ask(question)
            guard let refusal = try tried(answer, &answers, put) else { return }
            Terminal.say("  \(shown(refusal))")
        }
    }

    /// Takes the answer; why it will not do, in which case it is not taken.
    private func tried(
        _ answer: String?, _ answers: inout Answers, _ put: (inout Answers, String?) -> Void
    ) throws -> String? {
        var attempt = answers
        put(&attempt, answer)
        if let refusal = try check.refusal(of: attempt) { return refusal }
        answers = attempt
        return nil
    }

    private func ask(_ question: Question) throws -> String? {
        let hint = question.usual.map { " [\(shown($0))]" } ?? (question.isOptional ? " [none]" : "")
        while true {
            Terminal.write("\(question.words)\(hint): ", to: STDERR_FILENO)
            guard let line = readLine() else {
                Terminal.say("")
                throw CommandFailure(message: "nothing was written", status: 130)
            }
            let answer = line.trimmingCharacters(in: .whitespaces)
            if !answer.isEmpty { return question.isPath ? Self.atHome(answer) : answer }
            if let usual = question.usual { return usual }
            if question.isOptional { return nil }
        }
    }

    /// A path with the home folder in the place of '~', as a shell would have put it there.
    private static func atHome(_ path: String) -> String {
        path.hasPrefix("~/") ? NSHomeDirectory() + path.dropFirst() : path
    }

    // MARK: Particular answers

    private func settleDatabase(_ answers: inout Answers) throws -> DatabaseLook? {
        var question = Question("Its SQLite file", "--database", isOptional: true)
        question.isPath = true
        while true {
            var attempt = answers
            try settle(question, given.database, &attempt) { $0.database = $1.map(absolute) }
            guard let database = attempt.database else {
                guard attempt.url == nil else { return nil }
                Terminal.say("  Without an address and without a database there is nothing to do; name one of them.")
                if given.url == nil {
                    let address = Question("Its address", "--url", isOptional: true)
                    try settle(address, nil, &answers) { $0.url = $1 }
                    if answers.url != nil { return nil }
                }
                continue
            }
            let look = try self.look(at: database)
            if case .found(let found) = look {
                answers = attempt
                return found
            }
            if case .taken = look {
                answers = attempt
                return nil
            }
        }
    }

    private enum Look {
        case found(DatabaseLook)
        /// Not seen, and wanted even so.
        case taken
        case refused
    }

    private func look(at database: FilePath) throws -> Look {
        if given.unchecked { return .taken }
        do {
            let look = try DatabaseLook(at: database)
            if asks { Terminal.say("  \(InitOutcome.words(of: look))") }
            return .found(look)
        } catch {
            guard asks else {
                throw CommandFailure(
                    message: "\(shown("\(error)")); --unchecked writes the files all the same",
                    status: FailureStatus.of(error) == 75 ? 75 : 66)
            }
            Terminal.say("  \(shown("\(error)"))")
            if Confirmation.ask("  Use it all the same?") == true { return .taken }
            guard given.database == nil else { throw CommandFailure(message: "nothing was written", status: 130) }
            return .refused
        }
    }

    /// This machine's zone, where the configuration takes it.
    private func usualTimeZone(_ answers: Answers) throws -> String {
        let own = TimeZone.current.identifier
        guard own != "GMT" else { return "UTC" }
        var attempt = answers
        attempt.timeZone = own
        return try check.refusal(of: attempt) == nil ? own : "UTC"
    }

    private func settleMail(_ answers: inout Answers) throws {
        let server = "smtp://localhost:25"
        let question = Question("E-mail address that is told of failures", "--mail", isOptional: true)
        try settle(question, given.mail, &answers) { answers, to in
            answers.mail = to.map { MailAnswers(to: $0, from: "ronde@localhost", server: server) }
        }
        guard answers.mail != nil else { return }
        try settle(Question("Mail server", "--smtp", usual: server), given.smtp, &answers) {
            $0.mail?.server = $1 ?? server
        }
        // A host may have a name that mail has no domain for.
        let host = Machine.hostName
        let isDomain = host.wholeMatch(of: /[A-Za-z0-9]+([.-][A-Za-z0-9]+)*/) != nil
        let sender = "ronde@\(isDomain ? host : "localhost")"
        try settle(Question("Sender of its mail", "--mail-from", usual: sender), given.mailFrom, &answers) {
            $0.mail?.from = $1 ?? sender
        }
    }

    private func absolute(_ path: String) -> FilePath {
        ConfigurationLocator.absolute(path, from: InstanceOptions.workingFolder)
    }

    private func shown(_ text: String) -> String { PrintableText.of(text) }
}
