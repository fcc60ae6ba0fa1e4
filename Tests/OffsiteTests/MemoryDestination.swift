import Digests
import DurableFiles
import Offsite
import Synchronization
import SystemPackage

/// A destination in memory that fails when it is told to.
final class MemoryDestination: OffsiteDestination {
    let files = Mutex<[String: [UInt8]]>([:])
    /// What was asked of it, as `upload a`, `remove b` and so on.
    let requests = Mutex<[String]>([])
    /// Decides by the request and the number of requests so far whether it fails, and how.
    let failure = Mutex<@Sendable (String, Int) -> OffsiteError.Cause?>({ _, _ in nil })
    let description: String

    init(_ description: String = "memory") { self.description = description }

    var names: [String] { files.withLock { $0.keys.sorted() } }
    var said: [String] { requests.withLock { $0 } }
    func forgetRequests() { requests.withLock { $0 = [] } }

    func fail(_ rule: @escaping @Sendable (String, Int) -> OffsiteError.Cause?) { failure.withLock { $0 = rule } }

    private func begin(_ request: String) throws(OffsiteError) {
        let count = requests.withLock {
            $0.append(request)
            return $0.count
        }
        if let cause = failure.withLock({ $0 })(request, count) {
            throw OffsiteError(destination: description, operation: request, cause: cause)
        }
    }

    func list() async throws(OffsiteError) -> [RemoteFile] {
        try begin("list")
        return files.withLock { $0.map { RemoteFile(name: $0.key, bytes: $0.value.count) } }
    }

    func upload(_ file: OffsiteFile) async throws(OffsiteError) {
        try begin("upload \(file.name)")
        do {
            let bytes = try DurableFile.read(file.path, limit: 64 << 20)
            files.withLock { $0[file.name] = bytes }
        } catch {
            throw OffsiteError(destination: description, operation: "upload", cause: .localFile("\(error)"))
        }
    }

    func holds(_ name: String, bytes: Int, sha256: SHA256Digest) async throws(OffsiteError) -> Bool {
        try begin("verify \(name)")
        // libcrypto fails only without memory, and then no digest is equal.
        return files.withLock { files in files[name].map { (try? SHA256Digest(of: $0)) == sha256 } ?? false }
    }

    func remove(_ name: String) async throws(OffsiteError) {
        try begin("remove \(name)")
        _ = files.withLock { $0.removeValue(forKey: name) }
    }

    func download(_ name: String, into path: FilePath) async throws(OffsiteError) {
        try begin("download \(name)")
        do {
            guard let bytes = files.withLock({ $0[name] }) else {
                throw FileError(operation: "read", path: FilePath(name), errno: .noSuchFileOrDirectory)
            }
            try DurableFile.write(bytes, to: path, permissions: .ownerReadWrite)
        } catch {
            throw OffsiteError(destination: description, operation: "download", cause: .failed("\(error)"))
        }
    }
}
