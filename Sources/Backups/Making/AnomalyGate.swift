import Archiving
import DurableFiles
import SQLiteFile
import SystemPackage

/// Compares a new set with the last one that counts: an emptied database passes every other check.
struct AnomalyGate {
    let request: BackupRequest
    let folders: [FilePath]

    /// - Returns: what fell too far, and what could not be compared, in words.
    func run(_ snapshot: TakenSnapshot, _ proof: Proof) throws -> (report: AnomalyReport?, notes: [String]) {
        var notes: [String] = []
        guard let reference = newestThatCounts(&notes)?.set else { return (nil, notes) }
        let before: BackupManifest
        do { before = try reference.manifest() } catch {
            return (nil, notes + ["not compared with an earlier set: \(error)"])
        }
        let facts = snapshot.facts
        let now = DatabaseExtent(
            rows: rows(of: proof.tables), bytesInUse: (facts.pageCount - facts.freePages) * facts.pageSize)
        let earlier = DatabaseExtent(rows: rows(of: before.database.tables), bytesInUse: bytesInUse(of: reference))
        let falls = now.falls(from: earlier, beyond: request.largestFall)
        guard !falls.isEmpty else { return (nil, notes) }
        let file = reference.filePaths.first ?? reference.manifestPath
        return (AnomalyReport(anomalies: falls, reference: file, referenceInstant: reference.instant), notes)
    }

    private func rows(of tables: [TableContents]) -> [String: Int] {
        Dictionary(tables.map { ($0.name, $0.rows) }) { first, _ in first }
    }

    /// A folder that cannot be read must not keep the backup from being made: the set is worth more than its
    /// comparison.
    private func newestThatCounts(_ notes: inout [String]) -> KnownSet? {
        var found: [KnownSet] = []
        for folder in folders {
            do {
                let inventory = try BackupInventory.read([folder], of: request.identity)
                found += [inventory.newestVerified].compactMap(\.self)
            } catch {
                notes.append("sets in this folder were not compared with the new one: \(error)")
            }
        }
        return found.max { $0.instant < $1.instant }
    }

    /// What the set's database said of its own pages: the header tells free ones, which a manifest does not.
    ///
    /// Source: sqlite.org/fileformat2.html, 1.3: page size at 16, pages at 28, pages of the free list at 36.
    private func bytesInUse(of set: BackupSet) -> Int? {
        guard let file = set.files.first, file.encryption == nil, let compression = Compression(file.compression)
        else { return nil }
        var header = [UInt8](repeating: 0, count: 40)
        do {
            var reader = try CompressedFileReader.open(
                set.folder.appending(file.name), as: compression.format, limit: file.uncompressedBytes)
            var count = 0
            while count < header.count {
                let read = try header.withUnsafeMutableBytes {
                    try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
                }
                if read == 0 { return nil }
                count += read
            }
        } catch {
            // That it cannot be read is for a drill to find; rows and tables are still compared.
            return nil
        }
        func number(at offset: Int) -> Int { header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let size = Int(header[16]) << 8 | Int(header[17])
        let pageSize = size == 1 ? 65_536 : size
        return (file.uncompressedBytes / max(pageSize, 1) - number(at: 36)) * pageSize
    }
}
