import Foundation
import Maintenance
import Probing
import Testing

@Suite("A JSON shape")
struct ShapeTests {
    private func shape(_ notation: String) throws -> JSONShape {
        try JSONShape(JSONDecoder().decode(JSONValue.self, from: Data(notation.utf8)))
    }

    private static let users =
        #"{"users": [{"id": "integer", "name": "string", "email": "string?"}], "total": "integer"}"#

    @Test(
        "is met by what looks like it",
        arguments: [
            (
                users,
                #"{"users":[{"id":1,"name":"Ada","email":"a@b"},{"id":2,"name":"","email":null,"more":1}],"total":2}"#
            ),
            (users, #"{"users":[{"id":1,"name":"x"}],"total":0,"else":[]}"#), (users, #"{"users":[],"total":-1}"#),
            (#""any""#, "null"), (#""any""#, "[1]"), (#""number""#, "1.5"), (#""number""#, "2"), (#""integer""#, "3.0"),
            (#""integer""#, "18446744073709551615"), (#""boolean""#, "false"), ("null", "null"), (#""null""#, "null"),
            (#""string?""#, "null"), (#"["integer?"]"#, "[1,null]"), (#""object""#, "{}"), (#""list""#, "[]"),
            (#"{"a?": {"b": "integer"}}"#, "{}"), (#"{"a?": {"b": "integer"}}"#, #"{"a":null}"#), ("{}", #"{"a":1}"#),
            (#"{"a.b": "integer"}"#, #"{"a.b":1}"#), (#"[["integer"]]"#, "[[],[1]]"),
        ])
    func met(_ notation: String, by text: String) throws {
        #expect(try shape(notation).differences(in: Array(text.utf8)) == [])
    }

    @Test(
        "says where something else is",
        arguments: [
            (users, #"{"users":[{"id":"7","name":"x"}],"total":1}"#, [#"users.0.id is "7" (wanted a whole number)"#]),
            (users, #"{"users":[]}"#, ["total is missing (wanted a whole number)"]),
            (
                users, #"{"users":{},"total":null}"#,
                ["total is null (wanted a whole number)", "users is an object (wanted a list)"]
            ),
            (users, "[]", ["it is a list (wanted an object)"]), (users, "7", ["it is 7 (wanted an object)"]),
            (#""integer""#, "1.5", ["it is 1.5 (wanted a whole number)"]),
            (#""integer""#, "true", ["it is true (wanted a whole number)"]),
            (#""boolean""#, "1", ["it is 1 (wanted true or false)"]),
            (#""string""#, "null", ["it is null (wanted a text)"]),
            (#""number""#, #""1""#, [#"it is "1" (wanted a number)"#]), (#""null""#, "0", ["it is 0 (wanted null)"]),
            (#"{"a?": {"b": "integer"}}"#, #"{"a":{}}"#, ["a.b is missing (wanted a whole number)"]),
            (#"["integer"]"#, "[1,null,3]", ["1 is null (wanted a whole number)"]),
            (#""object""#, "[]", ["it is a list (wanted an object)"]),
            (#""list""#, "{}", ["it is an object (wanted a list)"]),
        ])
    func differs(_ notation: String, from text: String, says differences: [String]) throws {
        #expect(try shape(notation).differences(in: Array(text.utf8)) == differences)
    }

    @Test("looks for no more than the first few differences")
    func bounded() throws {
        let text = "[" + Array(repeating: "null", count: 10_000).joined(separator: ",") + "]"
        #expect(try shape(#"["integer"]"#).differences(in: Array(text.utf8)).count == 5)
    }

    @Test("cannot be read off what is no JSON", arguments: ["", "{", "<html>", "{\"a\":1}x", "nan", "\u{0}"])
    func noJSON(_ text: String) throws {
        let shape = try shape(#""any""#)
        #expect(throws: JSONFields.NotJSON.self) { try shape.differences(in: Array(text.utf8)) }
    }

    @Test("does not fall over what is nested deeply")
    func deep() throws {
        let text = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(throws: JSONFields.NotJSON.self) { try shape(#""any""#).differences(in: Array(text.utf8)) }
    }

    @Test(
        "that cannot be one is refused at its place",
        arguments: [
            (#"{"a": "text"}"#, "a", "'text' is no shape; use string, integer"),
            (#"{"a": {"b": 7}}"#, "a: b", "7 is no shape"),
            (#"{"a": []}"#, "a", "one shape of all"), (#"{"a": ["integer", "string"]}"#, "a", "one shape of all"),
            (#"{"a": ["x"]}"#, "a: []", "'x' is no shape"), (#"{"a": "integer", "a?": "string"}"#, "", "named twice"),
            (#""?""#, "", "'?' is no shape"), ("true", "", "true is no shape"),
        ])
    func refused(_ notation: String, place: String, says fragment: String) throws {
        let error = try #require(throws: Mistake.self) { try shape(notation) }
        #expect(error.place == place && error.message.contains(fragment), "\(error)")
    }

    @Test("is shown as it is written")
    func shown() throws {
        #expect(
            try shape(Self.users).description
                == "{total: integer, users: [{email: string?, id: integer, name: string}]}")
    }
}
