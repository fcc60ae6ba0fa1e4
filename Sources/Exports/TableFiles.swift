import Foundation
package import SQLiteFile

/// What a folder of exported tables holds, in its `tables.json`.
package struct TableManifest: Hashable, Codable, Sendable {
    /// One table and its file.
    package struct Table: Hashable, Codable, Sendable {
        package var name: String
        package var kind: ExportTable.Kind
        /// In the same folder.
        package var file: String
        package var columns: [String]
        package var rows: Int
        /// Texts that are no Unicode, which the file has as bytes.
        package var encodedTexts: Int
        /// Of the file as it is stored.
        package var bytes: Int
        /// Of the file as it is stored, in lower-case hexadecimal.
        package var sha256: String

        package enum CodingKeys: String, CodingKey {
            case name, kind, file, columns, rows, bytes, sha256
            case encodedTexts = "encoded_texts"
        }
    }

    static let name = "tables.json"
    static let schemaName = "schema.sql"

    package var version = 1
    package var format: ExportFormat
    /// When the export was made, ISO 8601.
    package var instant: String
    /// Text encoding of the database.
    package var encoding: String
    /// Whether every table of the database is here.
    package var isWhole: Bool
    package var tables: [Table]

    package enum CodingKeys: String, CodingKey {
        case version, format, instant, encoding, tables
        case isWhole = "whole"
    }
}

/// Names of files for tables, whatever the tables are called.
struct TableFileNames {
    /// Leaves room for the endings and the temporary name.
    private static let longest = 120
    private var taken: Set<String> = []

    /// A name of letters, digits, `-` and `_`; every other byte is written as `%XX`, so no two names meet and none
    /// leads out of the folder.
    mutating func name(for table: String, ending: String) -> String {
        var text = table.utf8.reduce(into: "") { text, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += String(format: "%%%02X", byte)
            }
        }
        if text.isEmpty { text = "%" }
        text = String(text.prefix(Self.longest))
        var name = text
        var number = 2
        // On some file systems, and to some people, letters have no case.
        while !taken.insert(name.lowercased()).inserted {
            name = "\(text)~\(number)"
            number += 1
        }
        return name + ending
    }
}
