import Maintenance
import Networking
import Probing

/// Deletes the record of a note, and nothing else.
///
/// Ids are given again: what has the id by now may be somebody's. So only what holds the note's word is deleted, or what the
/// service itself has just called the new record and does not show.
struct RecordRemoval: Sendable {
    enum End: Sendable, Hashable {
        /// It is gone; with words about the DELETE where it said something else.
        case removed(but: String?)
        /// There is no such record, or there never was.
        case absent
        /// In words that follow the record's title.
        case left(String)
    }

    private static let attempts = 3
    private static let pause = Duration.milliseconds(300)

    let client: RecordClient
    let deleted: AllowedStatuses
    let gone: AllowedStatuses

    /// Deletes it, and sees that it is gone; tries again where the service falters.
    ///
    /// - Parameters:
    ///   - note: what may be there.
    ///   - isNew: whether its id is of this moment.
    /// - Returns: what came of it.
    func remove(_ note: RoundTripNote, isNew: Bool) async -> End {
        var end = End.left("was not looked for")
        var mayBeDeleted = false
        for attempt in 1...Self.attempts {
            end = await tryOnce(note, isNew: isNew, &mayBeDeleted)
            guard case .left = end, attempt < Self.attempts else { break }
            // A cancelled pause only means that the next attempt comes at once.
            try? await Task.sleep(for: Self.pause)
        }
        return end == .absent && mayBeDeleted ? .removed(but: nil) : end
    }

    private func tryOnce(_ note: RoundTripNote, isNew: Bool, _ mayBeDeleted: inout Bool) async -> End {
        let id: RecordID
        switch await identify(note) {
        case .left(let words): return .left(words)
        case .absent: return .absent
        case .found(let known): id = known
        }
        let url = note.base + note.paths.record(id)
        let before = await client.send(.get, url)
        if let reply = before.reply, gone.contains(reply.status) { return .absent }
        let isShown = before.reply.map { (200...299).contains($0.status) } ?? false
        if isShown, let reply = before.reply {
            guard ByteSearch.holds(reply.body, Array(note.unique.utf8)) else {
                // A search that gives something else has not searched; the record may still be there.
                guard note.id != nil else { return .left("may be left: 'find' gives another record, \(id)") }
                return isNew ? .left("is not what the service shows under the id \(id), which is left alone") : .absent
            }
        } else if !isNew {
            return .left("cannot be looked at: GET \(note.paths.record(id)) \(before.words)")
        }
        let answer = await client.send(.delete, url)
        mayBeDeleted = true
        let after = await client.send(.get, url)
        if let reply = after.reply, gone.contains(reply.status) {
            guard let status = answer.reply?.status, !deleted.contains(status) else { return .removed(but: nil) }
            return .removed(but: "DELETE \(note.paths.record(id)) \(answer.words) (wanted \(deleted))")
        }
        if let reply = answer.reply, deleted.contains(reply.status) {
            return .left("was deleted, but GET \(note.paths.record(id)) \(after.words) (wanted \(gone))")
        }
        return .left("is left: DELETE \(note.paths.record(id)) \(answer.words)")
    }

    private enum Identity {
        case found(RecordID)
        case absent
        case left(String)
    }

    private func identify(_ note: RoundTripNote) async -> Identity {
        if let id = note.id { return .found(id) }
        guard let path = note.paths.find(note.unique), let field = note.paths.found else {
            return .left("may be left, and its id is not known; a 'find' in 'round_trip' would tell it")
        }
        let answer = await client.send(.get, note.base + path)
        // What is no JSON is shown in the words of the answer.
        guard let reply = answer.reply, (200...299).contains(reply.status),
            let fields = try? JSONFields([field], of: reply.body)
        else { return .left("cannot be looked for: GET \(path) \(answer.words)") }
        return RecordID(fields[field]).map(Identity.found) ?? .absent
    }
}
