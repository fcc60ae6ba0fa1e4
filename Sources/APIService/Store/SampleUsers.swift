import Foundation
import GRDB
import Logging
package import SystemPackage

/// Made-up users, always the same ones in the same order.
enum SampleUsers {
    struct Sample: Hashable {
        let name: String
        let email: String
        let createdAt: String
    }

    private static let firstNames = [
        "Camille", "Louise", "Chloé", "Inès", "Manon", "Zoé", "Élodie", "Anaïs", "Jules", "Gabriel", "Raphaël", "Léo",
        "Théo", "Noël", "François", "Benoît", "Alice", "Olivia", "Grace", "Emily", "Harriet", "Beatrice", "Nora",
        "Victoria", "Oliver", "Henry", "Arthur", "Edward", "Thomas", "Samuel", "Walter",
    ]
    private static let lastNames = [
        "Martin", "Bernard", "Dubois", "Lefèvre", "Moreau", "Laurent", "Garnier", "Rousseau", "Chevalier", "Gauthier",
        "Perrin", "Béranger", "Marchand", "Delacroix", "Fontaine", "Vasseur", "D'Aubigné", "Saint-Pierre", "Smith",
        "Taylor", "Walker", "Hughes", "Bennett", "Clarke", "Fletcher", "Palmer", "Whitfield", "Ashworth", "O'Connor",
        "Hartley", "Morris", "Pemberton", "Sinclair", "Wren", "Holloway", "Barlow", "Thornton",
    ]

    /// The span over which the users were added: 2024 and 2025.
    private static let begin = 1_704_067_200
    private static let seconds = 731 * 86_400

    /// The sample with a number, from 1 on.
    ///
    /// The lists have 31 and 37 entries, so that all 1147 pairs occur.
    static func sample(_ index: Int) -> Sample {
        let first = firstNames[index % firstNames.count]
        let last = lastNames[index % lastNames.count]
        // A step that has no factor in common with the span visits it evenly, without any order that leaps to the eye.
        let moment = begin + (index * 24_593_797) % seconds
        return Sample(
            name: "\(first) \(last)", email: "\(plain(first)).\(plain(last)).\(index)@example.org",
            createdAt: Timestamp.stored(Date(timeIntervalSince1970: TimeInterval(moment))))
    }

    /// Lower-case ASCII letters only.
    private static func plain(_ name: String) -> String {
        let folded = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased()
        return String(folded.unicodeScalars.filter { ("a"..."z").contains($0) }.map(Character.init))
    }
}

extension UserStore {
    /// Adds made-up users until the table holds `target`; a table that holds as many or more is left alone.
    ///
    /// A batch is one transaction, so that a service on the same file waits for some milliseconds at most.
    /// - Parameters:
    ///   - target: how many users the table shall have.
    ///   - progress: called after each batch with the number of users there are.
    /// - Returns: how many users were added.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite; batches that ended before stay.
    package func seed(upTo target: Int, progress: @Sendable (Int) -> Void = { _ in }) async throws -> Int {
        var next = 1
        var added = 0
        while true {
            let start = next
            let batch = try await write { db in
                let present = try Int.fetchOne(db, sql: "SELECT count(*) FROM users") ?? 0
                return try Self.insertSamples(db, from: start, wanted: min(target - present, 1_000), present: present)
            }
            next = batch.next
            added += batch.added
            progress(batch.present)
            if batch.present >= target { return added }
        }
    }

    private struct Batch: Sendable {
        var next: Int
        var added = 0
        var present: Int
    }

    /// Adds up to `wanted` samples from number `start` on, passing over those that are there.
    private static func insertSamples(_ db: Database, from start: Int, wanted: Int, present: Int) throws -> Batch {
        var batch = Batch(next: start, present: present)
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO users (name, email, created_at) SELECT ?1, ?2, ?3
                WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ?2)
                """)
        while batch.added < wanted, batch.next < start + 10_000 {
            let sample = SampleUsers.sample(batch.next)
            try insert.execute(arguments: [sample.name, sample.email, sample.createdAt])
            batch.next += 1
            batch.added += db.changesCount
        }
        batch.present += batch.added
        return batch
    }
}

/// One filling of a database, from opening it to closing it.
package struct SeedRun: Sendable {
    private let database: FilePath
    private let target: Int

    /// Fills the file `database` up to `target` users.
    package init(database: FilePath, target: Int) {
        self.database = database
        self.target = target
    }

    /// Fills the database.
    /// - Returns: how many users were added, and how many there are now.
    /// - Throws: ``StartFault``.
    package func run() async throws -> (added: Int, total: Int) {
        do {
            let store = try UserStore(path: database, logger: ServiceLog.logger(file: nil, level: .warning))
            let added = try await store.seed(upTo: target)
            let total = try await store.count()
            try await store.close()
            return (added, total)
        } catch {
            throw StartFault(database: database, error: error)
        }
    }
}
