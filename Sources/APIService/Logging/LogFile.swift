import Glibc
import Synchronization
package import SystemPackage

/// A log file that begins anew when it has reached a size: `api.log` becomes `api.log.1`, that `api.log.2`, and so on.
///
/// No line is lost but by the count of files: a line that cannot be written, on a full disk, waits until one can.
/// A file that someone else moved or removed is made again, so that other tools may rotate it too.
package final class LogFile: LogSink {
    private let path: FilePath
    private let size: Int64
    private let count: Int
    private let state: Mutex<State>

    private struct State {
        var descriptor: Int32
        var identity: FileIdentity
        var written: Int64
        /// Lines that could not be written, oldest first.
        var waiting: [UInt8] = []
        /// How many more did not even fit there.
        var lost = 0
    }

    /// How many bytes may wait for the disk to have room.
    private static let waitingLimit = 1 << 20

    /// Opens the file, or makes it.
    /// - Parameters:
    ///   - path: the log file; its folder must be there.
    ///   - size: bytes a file may have before the next line goes to a new one.
    ///   - count: how many older files are kept.
    /// - Throws: `Errno`, where it cannot be opened.
    package init(path: FilePath, size: Int, count: Int) throws {
        self.path = path
        self.size = Int64(size)
        self.count = count
        let opened = try Self.open(path)
        state = Mutex(State(descriptor: opened.descriptor, identity: opened.identity, written: opened.identity.size))
    }

    /// Opens the file named on a command line.
    /// - Throws: ``StartFault``, where it cannot be opened.
    package static func open(at path: String, size: Int, count: Int) throws -> LogFile {
        do {
            return try LogFile(path: FilePath(path), size: size, count: count)
        } catch {
            throw StartFault("\(path): the log file cannot be written: \(error)", exitStatus: StartFault.inputOutput)
        }
    }

    deinit {
        state.withLock { _ = close($0.descriptor) }
    }

    func write(_ line: String) {
        let bytes = Array(line.utf8)
        state.withLock { state in
            reopenIfMoved(&state)
            if state.written > 0, state.written + Int64(bytes.count) > size { rotate(&state) }
            flush(&state, adding: bytes)
        }
    }

    private static func open(_ path: FilePath) throws -> (descriptor: Int32, identity: FileIdentity) {
        let descriptor = Glibc.open(path.string, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o640)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        do {
            return (descriptor, try FileIdentity(descriptor: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private func reopenIfMoved(_ state: inout State) {
        // A path that cannot be looked at now is looked at again with the next line; the open file still takes this one.
        let found: FileIdentity?
        do { found = try FileIdentity(at: path) } catch { return }
        if found != state.identity { reopen(&state) }
    }

    private func reopen(_ state: inout State) {
        // Where no new file can be made the old one goes on: the lines are worth more than the size.
        guard let opened = try? Self.open(path) else { return }
        close(state.descriptor)
        state.descriptor = opened.descriptor
        state.identity = opened.identity
        state.written = opened.identity.size
    }

    /// Moves each file to the next number, from the oldest on, and begins a new one.
    private func rotate(_ state: inout State) {
        // What waits belongs into the file that is full, before its successor.
        if !state.waiting.isEmpty { flush(&state, adding: []) }
        guard state.waiting.isEmpty, count > 0 else { return }
        for number in stride(from: count, to: 1, by: -1) {
            // A gap in the row of files is no fault.
            rename("\(path).\(number - 1)", "\(path).\(number)")
        }
        guard rename(path.string, "\(path).1") == 0 else { return }
        reopen(&state)
    }

    private func flush(_ state: inout State, adding line: [UInt8]) {
        if state.waiting.isEmpty {
            let done = Self.put(line[...], into: state.descriptor)
            state.written += Int64(done)
            keep(line[done...], &state)
            return
        }
        keep(line[...], &state)
        let done = Self.put(state.waiting[...], into: state.descriptor)
        state.written += Int64(done)
        state.waiting.removeFirst(done)
        if state.waiting.isEmpty, state.lost > 0 {
            let note = "\(state.lost) lines of the log were lost: the disk was full\n"
            state.lost = 0
            keep(Array(note.utf8)[Self.put(Array(note.utf8)[...], into: state.descriptor)...], &state)
        }
    }

    private func keep(_ rest: ArraySlice<UInt8>, _ state: inout State) {
        guard !rest.isEmpty else { return }
        if state.waiting.isEmpty {
            StandardErrorLog.shared.write("\(path): the log cannot be written: \(Errno(rawValue: errno)); lines wait\n")
        }
        if state.waiting.count + rest.count <= Self.waitingLimit {
            state.waiting += rest
        } else {
            state.lost += 1
        }
    }

    /// Writes as much as there is room for, and says how much that was.
    private static func put(_ bytes: ArraySlice<UInt8>, into descriptor: Int32) -> Int {
        var done = 0
        while done < bytes.count {
            let result = bytes.withUnsafeBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return Glibc.write(descriptor, base + done, buffer.count - done)
            }
            if result > 0 { done += result } else if result == 0 || errno != EINTR { break }
        }
        return done
    }
}
