import DurableFiles
import Foundation
import Maintenance
import Processes
import RunStore
import Synchronization
import SystemPackage
import Testing

@testable import Notifications

/// The mail server of the tests of the client, as a child of this process.
private enum Sink {
    /// Beside the tests of the client: one server for both.
    static let program = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("NetworkingTests").appending("Mail").appending("sink.py").string

    static let python: FilePath? = ["/usr/bin/python3", "/usr/local/bin/python3"].map { FilePath($0) }.first { path in
        let folder = path.removingLastComponent().removingLastComponent()
        // Where Debian and pip put it.
        return FileManager.default.isExecutableFile(atPath: path.string)
            && ["lib/python3/dist-packages", "local/lib/python3/dist-packages"].contains { place in
                FileManager.default.fileExists(atPath: folder.string + "/\(place)/aiosmtpd")
            }
    }

    /// Runs a server for as long as `body` takes, and gives it the port and the folder of messages.
    static func open(_ options: [String], _ body: @escaping @Sendable (Int, FilePath) async throws -> Void) async throws
    {
        let folder = FilePath(NSTemporaryDirectory()).appending("ronde-sink-\(UUID().uuidString)")
        try Folder.create(folder)
        defer {
            // What a failing test leaves behind is in the temporary folder.
            try? Folder.removeTree(folder)
        }
        let child = ChildProcess(
            executable: try #require(python), arguments: [program, folder.string] + options, timeLimit: .seconds(100),
            grace: .milliseconds(1))
        let (lines, feed) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await child.run { feed.yield(String(decoding: $0, as: UTF8.self)) }
                feed.finish()
            }
            for await line in lines where line.hasPrefix("ready ") {
                try await body(try #require(Int(line.dropFirst("ready ".count))), folder)
                break
            }
            group.cancelAll()
        }
    }
}

@Suite(
    "Mail from the queue to a server",
    .enabled(if: Sink.python != nil, "needs aiosmtpd: apt-get install python3-aiosmtpd"), .timeLimit(.minutes(2)))
struct MailCourierTests {
    private static func channel(_ port: Int, to: [String] = ["ops@example.org"], login: Bool = false) throws
        -> NoticeChannel
    {
        var mail = MailChannel(
            host: "127.0.0.1", port: port, security: .none, from: try MailAddress(parsing: "Ronde <ronde@example.org>"),
            to: try to.map(MailAddress.init(parsing:)))
        if login { mail.login = .init(user: "ronde", password: .environment("MAIL_PASSWORD")) }
        return NoticeChannel(name: "ops", means: .mail(mail))
    }

    private static func service(_ scene: Scene, _ environment: [String: String] = [:]) -> DeliveryService {
        DeliveryService(
            notifier: scene.notifier, store: scene.store,
            couriers: Couriers(environment: environment, timeZone: { paris }), lock: scene.lock, clock: scene.clock,
            log: scene.log)
    }

    @Test("a failing run and its end arrive as two messages of one thread")
    func arrives() async throws {
        try await Sink.open(["--auth", "ronde:geheim"]) { port, folder in
            let channel = try Self.channel(port, login: true)
            let scene = try Scene(NotificationSettings(channels: [channel], rules: [.usual]))
            try scene.run(.ok, .critical)
            let service = Self.service(scene, ["MAIL_PASSWORD": "geheim"])
            await service.runOnce(limit: .seconds(60))
            try scene.run(.ok)
            await service.runOnce(limit: .seconds(60))
            #expect(try scene.store.dispatches().map(\.answer) == ["250 2.0.0 kept as 2", "250 2.0.0 kept as 1"])
            let texts = try (1...2).map {
                try String(contentsOfFile: folder.appending("\($0).eml").string, encoding: .utf8)
            }
            let notice = try #require(try scene.notices().first)
            #expect(texts[0].contains("Message-ID: <\(notice.thread)@example.org>\r\n"))
            #expect(texts[1].contains("References: <\(notice.thread)@example.org>\r\n"))
            #expect(texts[1].contains("Subject: [api] weekly: ok again (was critical)\r\n"))
        }
    }

    @Test("a wrong password is recorded without being shown, and tried again late")
    func wrongPassword() async throws {
        try await Sink.open(["--auth", "ronde:geheim"]) { port, _ in
            let channel = try Self.channel(port, login: true)
            let scene = try Scene(NotificationSettings(channels: [channel], rules: [.usual]))
            try scene.run(.critical)
            await Self.service(scene, ["MAIL_PASSWORD": "falsch99"]).runOnce(limit: .seconds(60))
            let queued = try #require(try scene.store.dispatches().first)
            #expect(queued.state == .waiting && queued.at.timeIntervalSince(scene.clock.now) == 3600)
            #expect(queued.answer?.contains("user or password were refused") == true)
            #expect(queued.answer?.contains("falsch") == false)
            await Self.service(scene).runOnce(limit: .seconds(60))
        }
    }

    @Test("a recipient who is refused for now gets it later, and the others once")
    func laterRecipient() async throws {
        try await Sink.open(["--refuse", "b@example.org=451", "--first", "1"]) { port, folder in
            let channel = try Self.channel(port, to: ["a@example.org", "b@example.org"])
            let scene = try Scene(NotificationSettings(channels: [channel], rules: [.usual]))
            try scene.run(.critical)
            await Self.service(scene).runOnce(limit: .seconds(60))
            scene.clock.advance(15)
            await Self.service(scene).runOnce(limit: .seconds(60))
            #expect(try scene.store.dispatches().map(\.state) == [.delivered])
            let recipients = try (1...2).map { number in
                let json = try Data(contentsOf: URL(fileURLWithPath: folder.appending("\(number).json").string))
                return try JSONDecoder().decode(Envelope.self, from: json).to
            }
            #expect(recipients == [["a@example.org"], ["b@example.org"]])
        }
    }

    private struct Envelope: Decodable {
        var to: [String]
    }
}
