import Foundation
import HTTPTypes
import Testing

@testable import APIService

@Suite("Users over the API")
struct UserRoutesTests {
    @Test("a user that was created can be read, changed and deleted")
    func lifecycle() async throws {
        let service = try InProcessService()
        let created = try await service.ask(
            "POST", "/api/users", #"{"name":" Ada Lovelace ","email":"ada@example.org","id":99,"more":[{}]}"#)
        #expect(created.status == 201)
        #expect(created.headers[.location] == "/api/users/1")
        let user = try created.decoded(User.self)
        #expect(user.id == 1 && user.name == "Ada Lovelace" && user.email == "ada@example.org")
        #expect(user.createdAt.count == 19 && user.createdAt.contains("T"))
        #expect(try await service.ask("GET", "/api/users/1").decoded(User.self) == user)

        let put = try await service.ask("PUT", "/api/users/1", #"{"name":"Ada","email":"ada@example.com"}"#)
        #expect(try put.decoded(User.self).email == "ada@example.com")
        let patched = try await service.ask("PATCH", "/api/users/1", #"{"name":"Countess"}"#).decoded(User.self)
        #expect(patched.name == "Countess" && patched.email == "ada@example.com")
        #expect(patched.createdAt == user.createdAt)

        #expect(try await service.ask("DELETE", "/api/users/1").body == #"{"message":"user 1 was deleted"}"# + "\n")
        #expect(try await service.ask("GET", "/api/users/1").status == 404)
        #expect(try await service.ask("DELETE", "/api/users/1").status == 404)
    }

    @Test(
        "names of every script come back as they were sent",
        arguments: [
            "Zoë", "Ζωή", "山田 太郎", "👩‍👩‍👧‍👦", "O'Brien", #"Robert'); DROP TABLE users;--"#, "</script><b>", #"a\b"c"#,
        ])
    func scripts(_ name: String) async throws {
        let service = try InProcessService()
        let body = String(
            decoding: try JSONEncoder().encode(["name": name, "email": "x@example.org"]), as: UTF8.self)
        #expect(try await service.ask("POST", "/api/users", body).decoded(User.self).name == name)
        #expect(try await service.ask("GET", "/api/users").decoded(UserPage.self).users.map(\.name) == [name])
    }

    @Test("of many clients who want one address, one gets it")
    func race() async throws {
        let service = try InProcessService()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<16 {
                group.addTask {
                    try await service.ask(
                        "POST", "/api/users", #"{"name":"N\#(index)","email":"one@example.org"}"#
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 201 }.count == 1)
        #expect(statuses.filter { $0 == 409 }.count == 15)
        #expect(try await service.store.count() == 1)
    }

    @Test("the list is a page of what matches, with the number of all that match")
    func paging() async throws {
        let service = try InProcessService()
        _ = try await service.store.seed(upTo: 250)
        let first = try await service.ask("GET", "/api/users").decoded(UserPage.self)
        #expect(first.users.map(\.id) == Array(1...100) && first.total == 250)
        #expect(first.limit == 100 && first.offset == 0)
        let last = try await service.ask("GET", "/api/users?limit=100&offset=200").decoded(UserPage.self)
        #expect(last.users.map(\.id) == Array(201...250))
        let beyond = try await service.ask("GET", "/api/users?offset=250").decoded(UserPage.self)
        #expect(beyond.users.isEmpty && beyond.total == 250)
    }

    @Test(
        "the search finds parts of names and addresses, literally",
        arguments: [
            ("ada", ["Ada 100%"]), ("ADA", ["Ada 100%"]), ("%25", ["Ada 100%"]), ("_", ["Bob_by"]), ("%5C", [#"C\D"#]),
            ("example.org", ["Ada 100%", "Bob_by", #"C\D"#]), ("Bob_by", ["Bob_by"]), ("a+1", ["Ada 100%"]),
            ("'%20OR%201=1--", []), ("", ["Ada 100%", "Bob_by", #"C\D"#]), ("a%25%25b", []),
        ])
    func search(_ text: String, finds names: [String]) async throws {
        let service = try InProcessService()
        for name in ["Ada 100%", "Bob_by", #"C\D"#] { try await service.add(name) }
        let page = try await service.ask("GET", "/api/users?search=\(text)").decoded(UserPage.self)
        #expect(page.users.map(\.name) == names && page.total == names.count)
    }
}
