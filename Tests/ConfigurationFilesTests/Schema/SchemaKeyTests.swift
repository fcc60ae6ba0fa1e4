import Foundation
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

/// The schemas against the readers: a key that only one of them knows is found here.
@Suite("Keys of the schemas")
struct SchemaKeyTests {
    /// What readers asked for, and what a schema knows, by the way to a mapping such as `services.*.backups`.
    private struct Keys {
        var asked: [String: Set<String>] = [:]
        var known: [String: Set<String>] = [:]
    }

    @Test("ronde.yaml")
    func instance() throws {
        try compare(FullSamples.instance, InstanceSchema.schema) { reader, _ in
            _ = reader.mapping { InstanceReader(file: "/etc/ronde.yaml", now: Samples.now).read($0) }
        }
    }

    @Test("checklists")
    func checklist() throws {
        let schema = ChecklistSchema(plugins: Self.plugins).schema
        try compare(FullSamples.checklist, schema) { reader, _ in
            var plugins = Known<PluginManifest>("plugin")
            for plugin in Self.plugins { plugins.add(plugin.name, plugin) }
            let checklist = ChecklistReader(
                file: "/etc/weekly.yaml", services: nil, plugins: plugins, timeZone: .gmt, now: Samples.now)
            _ = reader.mapping(checklist.read)
        }
    }

    @Test("plugin.yaml")
    func manifest() throws {
        try compare(FullSamples.manifest, ManifestSchema.schema) { reader, _ in
            _ = ManifestReader(file: "/etc/plugins/disk/plugin.yaml", compiledIn: [], known: []).read(reader)
        }
    }

    static let plugins: [PluginManifest] = Samples.compiledIn.compactMap { name, bytes in
        ManifestReader.readCompiledIn(name: name, bytes: bytes, into: MistakeCollector())
    }

    // MARK: Comparing

    private func compare(
        _ text: String, _ schema: Schema, _ read: (ValueReader, MistakeCollector) -> Void
    ) throws {
        let mistakes = MistakeCollector(notesKeys: true)
        let root = try YAMLDocument.parse(bytes: Array(text.utf8), file: "sample.yaml")
        read(ValueReader(root, mistakes), mistakes)
        let unknown = mistakes.mistakes.filter { $0.message.contains("unknown key") }
        #expect(unknown.isEmpty, "\(unknown)")
        var keys = Keys()
        let asked = try #require(mistakes.askedKeys)
        walk(root, [schema.json], schema.json, asked, "", &keys)
        for (path, names) in keys.known {
            #expect(
                keys.asked[path] == names,
                "the mapping '\(path)': the readers ask for the first, the schema has the second")
        }
        let missing = Set(mappings([schema.json], schema.json, "", [])).subtracting(keys.known.keys)
        #expect(missing.isEmpty, "the sample is to have every mapping of the schema")
    }

    /// Goes through a sample and its schema side by side.
    private func walk(
        _ node: YAMLNode, _ schemas: [JSONValue], _ root: JSONValue, _ asked: [SourcePosition: Set<String>],
        _ path: String, _ keys: inout Keys
    ) {
        let forms = schemas.flatMap { self.forms($0, root) }
        switch node.kind {
        case .scalar: break
        case .sequence(let items):
            for item in items { walk(item, forms.compactMap { $0["items"] }, root, asked, path + "[]", &keys) }
        case .mapping(let entries):
            let known = forms.reduce(into: Set<String>()) { $0.formUnion(self.members($1["properties"]).keys) }
            if !known.isEmpty {
                keys.known[path, default: []].formUnion(known)
                keys.asked[path, default: []].formUnion(asked[node.position] ?? [])
            }
            for entry in entries {
                let children = forms.compactMap { form in
                    members(form["properties"])[entry.name] ?? form["additionalProperties"]
                }
                let name = known.contains(entry.name) ? entry.name : "*"
                walk(entry.value, children, root, asked, path + "." + name, &keys)
            }
        }
    }

    /// The ways to all mappings of a schema; one that is part of itself is not entered twice.
    private func mappings(_ schemas: [JSONValue], _ root: JSONValue, _ path: String, _ above: [JSONValue]) -> [String] {
        let forms = schemas.flatMap { self.forms($0, root) }.filter { !above.contains($0) }
        let inside = above + forms
        return forms.flatMap { form -> [String] in
            let members = self.members(form["properties"])
            var paths = members.isEmpty ? [] : [path]
            for (name, member) in members { paths += mappings([member], root, path + "." + name, inside) }
            if let item = form["items"] { paths += mappings([item], root, path + "[]", inside) }
            if let member = form["additionalProperties"], member != .bool(false) {
                paths += mappings([member], root, path + ".*", inside)
            }
            return paths
        }
    }

    /// A schema, or all that it may be instead, without references.
    private func forms(_ schema: JSONValue, _ root: JSONValue) -> [JSONValue] {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            return [root["$defs"]?[String(name)] ?? .null]
        }
        if case .array(let forms) = schema["anyOf"] { return forms.flatMap { self.forms($0, root) } }
        return [schema]
    }

    private func members(_ value: JSONValue?) -> [String: JSONValue] {
        if case .object(let members) = value { members } else { [:] }
    }
}
