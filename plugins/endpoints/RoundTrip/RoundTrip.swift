import DurableFiles
import Maintenance
import Networking
import Probing

/// Makes a record, reads it, deletes it and sees that it is gone.
///
/// Before anything is sent the record is written down, so that whatever ends this run, the next one deletes what is left.
struct RoundTrip: Sendable {
    let plan: RoundTripPlan
    /// The service's URL without a trailing slash.
    let base: String
    let notes: NoteFile
    let client: RecordClient
    let limit: TimeSpan

    /// - Throws: `TaskFailure` where an earlier note cannot be read, `CancellationError` once nothing is left behind.
    func perform() async throws -> RoundTripResult {
        var result = RoundTripResult(limit: limit)
        if let earlier = try notes.read() {
            guard await sweep(earlier, &result) else { return result }
        }
        try Task.checkCancellation()
        let note = RoundTripNote(unique: RoundTripNote.freshWord(), base: base, paths: plan.paths)
        do {
            try notes.write(note)
        } catch {
            result.object("no record was made, as it could not be noted before: \(error)")
            return result
        }
        try await run(note, &result)
        return result
    }

    /// Deletes what an earlier run left.
    ///
    /// - Returns: false where it is still there: no second record is made beside it.
    private func sweep(_ noted: RoundTripNote, _ result: inout RoundTripResult) async -> Bool {
        var note = noted
        // A service that has moved has taken its records along; where it has not, the person is told of it once.
        note.base = base
        switch await remove(note, isNew: false) {
        case .removed: result.remark("\(note.title) of an earlier run was still there, and was deleted")
        case .absent where noted.base != base:
            result.object(
                "\(note.title) of an earlier run is not at the service's url by now; see that it is not left: \(noted.place)"
            )
        case .absent:
            result.remark("an earlier run was ended before it could say that \(note.title) is gone; it is")
        case .left(let words):
            result.object("\(note.title) of an earlier run \(words); no other is made before it is gone")
            return false
        }
        return forget(&result)
    }

    private func run(_ noted: RoundTripNote, _ result: inout RoundTripResult) async throws {
        var note = noted
        switch try await create(note, &result) {
        case .refused:
            _ = forget(&result)
            return
        case .unclear: break
        case .made(let id):
            note.id = id
            do {
                try notes.write(note)
            } catch {
                result.object("the record's id could not be noted: \(error)")
            }
            await compare(note, id, &result)
        }
        let isClear = note.id != nil
        let end = await remove(note, isNew: isClear)
        switch end {
        case .removed(let complaint):
            if let complaint { result.object(complaint) }
            if !isClear { result.remark("\(note.title) was found and deleted") }
            _ = forget(&result)
        // What was sent and not answered may still be made: the note stays, and the next run looks again.
        case .absent where !isClear: result.remark("\(note.title) was not found; the next run looks for it again")
        case .absent:
            result.object("\(note.title) was gone before it was deleted")
            _ = forget(&result)
        case .left(let words): result.object("\(note.title) \(words); the next run tries again")
        }
        try Task.checkCancellation()
    }

    private enum Creation {
        case made(RecordID)
        /// Surely nothing was made.
        case refused
        case unclear
    }

    private func create(_ note: RoundTripNote, _ result: inout RoundTripResult) async throws -> Creation {
        let body: [UInt8]
        do throws(Mistake) { body = try plan.request(unique: note.unique) } catch { throw error.failure }
        let answer = await client.send(.post, base + plan.create, body: body)
        result.measure("create", answer)
        guard let reply = answer.reply else {
            result.object("POST \(plan.create) \(answer.words)")
            if case .none(_, wasSent: false) = answer { return .refused }
            return .unclear
        }
        if !plan.created.contains(reply.status) {
            result.object("POST \(plan.create) \(answer.words) (wanted \(plan.created))")
            if (400...499).contains(reply.status) { return .refused }
        }
        // An answer that is no JSON has no id.
        let fields = try? JSONFields([plan.idField], of: reply.body)
        if let id = fields.flatMap({ RecordID($0[plan.idField]) }) { return .made(id) }
        if plan.created.contains(reply.status) {
            let found = fields.map { "\(plan.idField) is \($0[plan.idField])" } ?? "no JSON"
            result.object("POST \(plan.create) answers \(reply.status), but no id: \(found)")
        }
        return .unclear
    }

    private func compare(_ note: RoundTripNote, _ id: RecordID, _ result: inout RoundTripResult) async {
        let path = note.paths.record(id)
        let answer = await client.send(.get, note.base + path)
        result.measure("read", answer)
        guard let reply = answer.reply, reply.status == 200 else {
            result.object("GET \(path) \(answer.words) (wanted 200)")
            return
        }
        do {
            let rules = try plan.rules(unique: note.unique)
            let fields = try JSONFields(Set(rules.map(\.path)), of: reply.body)
            let wrong = rules.compactMap { path, rule in rule.objection(to: fields[path]).map { "\(path) \($0)" } }
            guard !wrong.isEmpty else { return }
            result.object("GET \(path) answers, but " + wrong.prefix(5).joined(separator: ", "))
        } catch {
            result.object("GET \(path) does not answer JSON")
        }
    }

    /// Does it although the task may be cancelled meanwhile: what was made is to be deleted all the same.
    private func remove(_ note: RoundTripNote, isNew: Bool) async -> RecordRemoval.End {
        let removal = RecordRemoval(client: client, deleted: plan.deleted, gone: plan.gone)
        return await Task { await removal.remove(note, isNew: isNew) }.value
    }

    /// - Returns: false where the note could not be removed.
    private func forget(_ result: inout RoundTripResult) -> Bool {
        do {
            try notes.clear()
            return true
        } catch {
            result.object("the note of the record, which is gone, could not be removed: \(error)")
            return false
        }
    }
}
