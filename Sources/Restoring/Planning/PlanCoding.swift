// Programs that read a plan or a result find every key: what is made for `Encodable` leaves out those without a value.
// Decoding stays as it is made, and takes a missing key for null.

extension RestorePlan.Source {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(name, forKey: .name)
        try container.encode(path, forKey: .path)
        try container.encode(format, forKey: .format)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(unpackedBytes, forKey: .unpackedBytes)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(instant, forKey: .instant)
        try container.encode(ageSeconds, forKey: .ageSeconds)
        try container.encode(verifiedAt, forKey: .verifiedAt)
    }
}

extension RestorePlan.Target {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(resolvedPath, forKey: .resolvedPath)
        try container.encode(condition, forKey: .condition)
        try container.encode(detail, forKey: .detail)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(walBytes, forKey: .walBytes)
        try container.encode(journalMode, forKey: .journalMode)
    }
}

extension RestorePlan.TableChange {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(table, forKey: .table)
        try container.encode(rowsNow, forKey: .rowsNow)
        try container.encode(rowsAfter, forKey: .rowsAfter)
        try container.encode(isChanged, forKey: .isChanged)
    }
}

extension RestorePlan.Control {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stop, forKey: .stop)
        try container.encode(start, forKey: .start)
        try container.encode(isRunning, forKey: .isRunning)
        try container.encode(health, forKey: .health)
    }
}

extension RestoreResult {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(restore, forKey: .restore)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(kind, forKey: .kind)
        try container.encode(reason, forKey: .reason)
        try container.encode(tables, forKey: .tables)
        try container.encode(replaced, forKey: .replaced)
        try container.encode(safetyBackup, forKey: .safetyBackup)
        try container.encode(notes, forKey: .notes)
    }
}
