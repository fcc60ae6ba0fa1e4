import Maintenance
import SystemPackage
import YAMLDocument

/// Reads where a secret is: `{env: NAME}` or `{file: path}`.
struct SecretReader {
    /// Where relative paths start.
    let folder: FilePath

    /// The place; nil, with a mistake on record, for anything else, above all for the secret itself.
    func read(_ reader: ValueReader) -> SecretSource? {
        guard case .mapping = reader.node.kind else {
            // Its text is not repeated: it may be the secret.
            reader.mistake("a secret is no part of this file; name its place: {env: NAME} or {file: path}")
            return nil
        }
        return reader.mapping(readPlace)
    }

    private func readPlace(_ map: MappingReader) -> SecretSource? {
        let variable = map.optional("env")?.value(Self.variable).map { SecretSource.environment($0) }
        let file = map.optional("file")?.path(from: folder).map { SecretSource.file($0.string) }
        guard map.isGiven("env") != map.isGiven("file") else {
            map.whole.mistake("a secret is in one place: {env: NAME} or {file: path}")
            return nil
        }
        return variable ?? file
    }

    private static func variable(_ text: String) throws -> String {
        let isGood = text.utf8.allSatisfy { byte in
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
        }
        guard isGood, text.utf8.first.map({ !(0x30...0x39).contains($0) }) == true, text.utf8.count <= 100 else {
            // Not repeated either: somebody may have written the secret here.
            throw ValueFault("this is no name of a variable: use letters, digits and '_'")
        }
        return text
    }
}
