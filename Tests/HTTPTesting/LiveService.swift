import APIService
import Logging
package import SystemPackage

/// The API service of this repository, on a free port of loopback and in this process.
package enum LiveService {
    struct DidNotStart: Error {}

    /// Runs it over a database in `folder`, gives its address to `body`, and ends it, however `body` ends.
    package static func open<T: Sendable>(
        in folder: FilePath, during body: @escaping @Sendable (_ url: String) async throws -> T
    ) async throws -> T {
        let options = APIServer.Options(host: "127.0.0.1", port: 0, database: folder.appending("service.db"))
        let (addresses, announce) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                defer { announce.finish() }
                let logger = Logger(label: "service") { _ in SwiftLogNoOpLogHandler() }
                // It ends by being cancelled; why it did not start shows as an address that never comes.
                try? await APIServer(options: options, logger: logger).run { announce.yield($0) }
                return nil
            }
            group.addTask {
                for await url in addresses { return try await body(url) }
                throw DidNotStart()
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw DidNotStart()
        }
    }
}
