import GRDBSQLite

/// Says what a text that nobody vouches for may do while it is loaded, as SQLite asks for each statement.
///
/// The text gets one empty database and may fill it. What reaches beyond (other files, code, the schema table itself)
/// is refused; settings of the connection, which many dumps begin with, are passed over, since the import has its own.
final class ImportGuard {
    /// Why the last statement was refused.
    private(set) var refusal: String?
    /// Whether the import itself is at work.
    var isTrusted = false
    /// Whether the text ended a transaction with COMMIT.
    private(set) var committed = false

    /// Virtual tables whose code is part of SQLite and stays in its database.
    static let modules: Set<String> = ["fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly"]
    /// Virtual tables ask for these while they are made.
    private static let questions: Set<String> = ["page_size", "data_version", "table_info", "table_xinfo"]
    private static let settings: Set<String> = ["encoding", "user_version", "application_id", "auto_vacuum"]
    private static let ignoredSettings: Set<String> = [
        "foreign_keys", "defer_foreign_keys", "writable_schema", "journal_mode", "synchronous", "locking_mode",
        "cache_size", "temp_store", "page_size", "busy_timeout", "wal_autocheckpoint", "wal_checkpoint", "optimize",
        "recursive_triggers", "legacy_alter_table", "legacy_file_format", "ignore_check_constraints",
        "case_sensitive_like", "mmap_size", "secure_delete", "automatic_index", "foreign_key_check",
        "integrity_check", "quick_check", "journal_size_limit", "threads", "schema_version",
        "cell_size_check", "analysis_limit", "reverse_unordered_selects", "count_changes", "short_column_names",
        "full_column_names", "empty_result_callbacks", "checkpoint_fullfsync", "fullfsync",
    ]

    func reset() { refusal = nil }

    /// Makes SQLite ask this object; it must outlive the connection.
    func attach(to database: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            database,
            { context, action, first, second, schema, _ in
                guard let context else { return SQLITE_DENY }
                let imports = Unmanaged<ImportGuard>.fromOpaque(context).takeUnretainedValue()
                func text(_ start: UnsafePointer<CChar>?) -> String? { start.map { String(cString: $0) } }
                // Asked for every column that is read: no texts for that.
                if action == SQLITE_READ || action == SQLITE_SELECT { return SQLITE_OK }
                return imports.answer(action, text(first) ?? "", text(second), text(schema))
            }, context)
    }

    private func answer(_ action: Int32, _ first: String, _ second: String?, _ schema: String?) -> Int32 {
        let hasSecond = second != nil
        let second = second ?? ""
        if isTrusted { return SQLITE_OK }
        if let schema, schema != "main" { return deny("it writes outside of the new database, to '\(schema)'") }
        switch action {
        case SQLITE_ATTACH, SQLITE_DETACH: return deny("it opens another database file, which an import never does")
        case SQLITE_TRANSACTION: return transaction(first)
        case SQLITE_SAVEPOINT: return deny("it uses savepoints, which no dump does")
        case SQLITE_PRAGMA: return pragma(first.lowercased(), hasValue: hasSecond)
        case SQLITE_FUNCTION: return function(second.lowercased())
        case SQLITE_CREATE_VTABLE:
            return Self.modules.contains(second.lowercased())
                ? SQLITE_OK : deny("it makes a virtual table of module '\(second)', which an import does not take")
        case SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_TRIGGER, SQLITE_CREATE_TEMP_VIEW:
            return deny("it makes something temporary, which would be lost")
        case SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VIEW, SQLITE_DROP_TABLE,
            SQLITE_DROP_INDEX, SQLITE_DROP_TRIGGER, SQLITE_DROP_VIEW, SQLITE_DROP_VTABLE, SQLITE_INSERT, SQLITE_UPDATE,
            SQLITE_DELETE, SQLITE_ALTER_TABLE, SQLITE_REINDEX, SQLITE_ANALYZE, SQLITE_RECURSIVE:
            return SQLITE_OK
        default: return deny("it does something that no dump does (action \(action))")
        }
    }

    private func transaction(_ operation: String) -> Int32 {
        if operation == "ROLLBACK" {
            return deny(
                "this dump takes back everything it wrote: '.dump' ends so when it cannot read all of a damaged"
                    + " database. Do not rely on it; restore another backup, or repair the database it was made of")
        }
        if operation == "COMMIT" { committed = true }
        return SQLITE_OK
    }

    private func pragma(_ name: String, hasValue: Bool) -> Int32 {
        if !hasValue || name.hasPrefix("table_"), Self.questions.contains(name) { return SQLITE_OK }
        if Self.settings.contains(name) { return SQLITE_OK }
        if Self.ignoredSettings.contains(name) { return SQLITE_IGNORE }
        return deny("it uses PRAGMA \(name), which an import does not take")
    }

    private func function(_ name: String) -> Int32 {
        let forbidden = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "lsdir", "zipfile"]
        return forbidden.contains(name) ? deny("it calls \(name)(), which reaches beyond the database") : SQLITE_OK
    }

    private func deny(_ reason: String) -> Int32 {
        if refusal == nil { refusal = reason }
        return SQLITE_DENY
    }
}
