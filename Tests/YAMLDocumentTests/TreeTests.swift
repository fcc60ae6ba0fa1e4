import Testing

@testable import YAMLDocument

@Suite("The tree")
struct TreeTests {
    @Test("every node knows where it is written")
    func positions() throws {
        let root = try parse("# c\na: [1, 'é', \"x\"]\nb:\n  - k: &t v\n    e:\n  - |\n    text\n")
        #expect(root.position.description == "f.yaml:2:1")
        let list = try #require(root["a"])
        guard case .sequence(let items) = list.kind else { throw list.position.unexpected }
        #expect(items.map(\.position.column) == [5, 8, 13])
        guard case .sequence(let blocks) = try #require(root["b"]).kind else { throw root.position.unexpected }
        #expect(blocks.map(\.position.description) == ["f.yaml:4:5", "f.yaml:6:5"])
        #expect(blocks[0]["k"]?.position.description == "f.yaml:4:8")
        #expect(blocks[0]["e"]?.isNull == true)
    }

    @Test("a byte order mark takes no column, and UTF-16 is read with the same places")
    func encodings() throws {
        let text = "k: 'é😀' # €\nb: x\n"
        let utf8 = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        let little = [0xFF, 0xFE] + text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let big = [0xFE, 0xFF] + text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
        for bytes in [Array(text.utf8), utf8, little, big] {
            let root = try YAMLDocument.parse(bytes: bytes, file: "f.yaml")
            #expect(JSON(root) == .object(["k": .text("é😀"), "b": .text("x")]))
            #expect(root["k"]?.position.description == "f.yaml:1:4")
            #expect(root["b"]?.position.description == "f.yaml:2:4")
        }
    }

    @Test("an alias brings the value with its own place and that of the alias")
    func aliases() throws {
        let root = try parse("a: &x {k: [1]}\nb: *x\nc: &x 2\nd: *x\n")
        let used = try #require(root["b"])
        #expect(JSON(used) == .object(["k": .list([.number(1)])]))
        #expect(used.position.description == "f.yaml:1:4")
        #expect(used.alias?.description == "f.yaml:2:4")
        #expect(root["a"]?.alias == nil)
        #expect(try JSON(#require(root["d"])) == .number(2), "the last anchor of a name counts")
    }

    @Test("an alias of a scalar may be a key")
    func aliasKey() throws {
        #expect(try JSON(parse("a: &k x\n*k : 1\n")) == .object(["a": .text("x"), "x": .number(1)]))
    }

    @Test("an empty file is null", arguments: ["", "\n\n", "# nothing\n", "---\n", "--- ~\n", "\u{FEFF}"])
    func empty(_ text: String) throws {
        #expect(try parse(text).isNull)
    }

    @Test(
        "a place inside a text is exact where the text stands as it is",
        arguments: [
            ("k: 0 25 * * *", "f.yaml:1:6"), ("k: '0 25 * * *'", "f.yaml:1:7"), ("k: \"0 25 * * *\"", "f.yaml:1:7"),
            ("é: 0 25", "f.yaml:1:6"), ("k: 'it''s'", "f.yaml:1:4"), ("k: \"\\t25\"", "f.yaml:1:4"),
            ("k: &a 0 25", "f.yaml:1:4"), ("k: !!str '0 25'", "f.yaml:1:4"), ("k: |\n  0 25", "f.yaml:1:4"),
            ("k: 0\n  25", "f.yaml:1:4"), ("k: '0\n  25'", "f.yaml:1:4"), ("k: [0 25]", "f.yaml:1:7"),
            ("k: x", "f.yaml:1:5"),
        ])
    func offsets(_ text: String, place: String) throws {
        let value = try #require(try parse(text)["k"] ?? parse(text)["é"])
        let scalar = if case .sequence(let items) = value.kind { items[0] } else { value }
        #expect(scalar.position(offset: 2).description == place)
    }
}

extension SourcePosition {
    /// For a test that finds another shape than it needs.
    var unexpected: YAMLMistake { YAMLMistake(at: self, "another shape") }
}
