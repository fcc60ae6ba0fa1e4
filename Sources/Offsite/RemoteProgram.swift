import DurableFiles
import Foundation
import Glibc
import Processes
import Synchronization
import SystemPackage

/// A program that talks to a destination, with what its failures mean.
struct RemoteProgram {
    let executable: FilePath
    let destination: String
    /// The whole environment.
    let environment: [String: String]

    /// What a program said and how it ended.
    struct Answer {
        let status: Int32
        let lines: [String]
        let errorText: String
    }

    /// Looks for a program where Debian puts it.
    static func find(_ name: String) -> FilePath? {
        ["/usr/bin", "/usr/local/bin", "/bin"].map { FilePath($0).appending(name) }.first {
            // A folder that cannot be looked into has no program for us.
            (try? FileFacts.of($0, followingLinks: true))?.kind == .file
        }
    }

    /// Runs it to its own end.
    ///
    /// - Throws: ``OffsiteError`` where it did not start, was ended by a signal, its time limit or its output's limit.
    func run(
        _ arguments: [String], input: String = "", timeLimit: Duration, for operation: String
    ) async throws(OffsiteError) -> Answer {
        let child = ChildProcess(
            executable: executable, arguments: arguments, environment: environment, input: Array(input.utf8),
            timeLimit: timeLimit, grace: .seconds(5), outputLimit: 64 << 20, lineLimit: 500_000)
        let lines = Mutex<[String]>([])
        let report: ChildReport
        do throws(ChildStartError) {
            report = try await child.run { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        } catch {
            throw failure(operation, .failed("\(error)"))
        }
        switch report.end {
        case .exited(let status):
            return Answer(status: status, lines: lines.withLock { $0 }, errorText: report.errorText)
        case .signalled(SIGPIPE):
            // What sftp dies of when its ssh is gone.
            throw failure(operation, .unreachable("the connection broke off"))
        case .signalled(let signal): throw failure(operation, .failed("\(executable) was ended by signal \(signal)"))
        case .timedOut: throw failure(operation, .timedOut(timeLimit))
        case .cancelled: throw failure(operation, .cancelled)
        case .flooded: throw failure(operation, .failed("the listing is longer than is read here"))
        }
    }

    func failure(_ operation: String, _ cause: OffsiteError.Cause) -> OffsiteError {
        OffsiteError(destination: destination, operation: operation, cause: cause)
    }
}

extension OffsiteError {
    /// The error of a file operation on this host.
    static func local(_ error: any Error, _ destination: String, _ operation: String) -> OffsiteError {
        OffsiteError(
            destination: destination, operation: operation,
            cause: error is CancellationError ? .cancelled : .localFile("\(error)"))
    }

    /// A file with a secret that others may read, or that is missing.
    static func checkSecret(_ path: FilePath, _ destination: String) throws(OffsiteError) {
        let operation = "connect"
        let facts: FileFacts?
        do throws(FileError) {
            facts = try FileFacts.of(path, followingLinks: true)
        } catch {
            throw .local(error, destination, operation)
        }
        guard let facts, facts.kind == .file else {
            throw OffsiteError(
                destination: destination, operation: operation, cause: .setting("the file '\(path)' does not exist"))
        }
        // As ssh: our own file is for us alone; one of someone else, such as a credential of systemd, may be given to
        // our group to be read.
        let forOthers: FilePermissions =
            facts.owner == geteuid()
            ? [.groupReadWriteExecute, .otherReadWriteExecute] : [.groupWrite, .otherReadWriteExecute]
        guard facts.permissions.isDisjoint(with: forOthers) else {
            throw OffsiteError(
                destination: destination, operation: operation, cause: .secretExposed(path, facts.permissions))
        }
    }
}
