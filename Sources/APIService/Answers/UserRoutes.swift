import HTTPTypes
import Hummingbird

/// `/api/users`: the list, and each user.
struct UserRoutes: Sendable {
    let store: UserStore

    func add(to table: inout RouteTable) {
        table.on(.get, "/api/users") { request, _ in
            let query = try UserQuery(parameters: QueryParameters(request.uri.query ?? ""))
            return try .json(try await store.list(query))
        }
        table.on(.post, "/api/users") { request, context in
            let (name, email) = try await request.bothFields(context: context)
            let user = try await store.add(name: name, email: email)
            return try .json(user, status: .created, headers: [.location: "/api/users/\(user.id)"])
        }
        table.on(.get, "/api/users/:id") { _, context in
            try .json(try await store.user(context.userNumber()))
        }
        table.on(.put, "/api/users/:id") { request, context in
            let id = try context.userNumber()
            let (name, email) = try await request.bothFields(context: context)
            return try .json(try await store.change(id, to: UserFields(name: name, email: email)))
        }
        table.on(.patch, "/api/users/:id") { request, context in
            let id = try context.userNumber()
            let fields = try UserFields(json: try await request.wholeBody(context: context))
            guard fields.name != nil || fields.email != nil else {
                throw RequestFault.badRequest("neither name nor email is there to be changed")
            }
            return try .json(try await store.change(id, to: fields))
        }
        table.on(.delete, "/api/users/:id") { _, context in
            let id = try context.userNumber()
            try await store.remove(id)
            return try .json(Removal(message: "user \(id) was deleted"))
        }
    }

    private struct Removal: Codable {
        let message: String
    }
}

extension Request {
    fileprivate nonisolated(nonsending) func bothFields(
        context: ServiceContext
    ) async throws -> (name: String, email: String) {
        let fields = try UserFields(json: try await wholeBody(context: context))
        guard let name = fields.name, let email = fields.email else {
            throw UserFieldsError.missing(
                fields: (fields.name == nil ? ["name"] : []) + (fields.email == nil ? ["email"] : []))
        }
        return (name, email)
    }
}

extension ServiceContext {
    /// The number in the address; what is no number is the number of nobody.
    fileprivate func userNumber() throws -> Int64 {
        let text = parameters.get("id") ?? ""
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let id = Int64(text)
        else {
            throw RequestFault.notFound("there is no user with this id")
        }
        return id
    }
}
