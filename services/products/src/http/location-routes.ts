import { ProblemError, problems } from '@stockgate/problem'
import {
  created,
  IfMatchHeader,
  idempotentCall,
  KeyHeader,
  listName,
  listQuery,
  NoQuery,
  pageOf,
  problemResponses,
  requireIfMatch,
  type ServiceApp,
  sendStored,
  sendTagged,
  USUAL_LIMIT,
  words,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { LOCATION_TYPES } from '../domain/location.ts'
import type { RouteContext } from './context.ts'
import {
  draftOf,
  LocationInput,
  LocationOutput,
  LocationPage,
  LocationPatchInput,
  locationBody,
} from './location-schemas.ts'

const READ = { scopes: ['stock:read'] }
const WRITE = { scopes: ['locations:write'] }
const Params = Type.Object({ location_id: Type.String() })

/** The places stock can be at. */
export function locationRoutes(app: ServiceApp, { locations, cursors }: RouteContext): void {
  app.get(
    '/locations',
    {
      config: READ,
      schema: {
        operationId: 'listLocations',
        tags: ['locations'],
        summary: 'List locations',
        querystring: listQuery({
          code: Type.Optional(Type.String({ maxLength: 64 })),
          type: Type.Optional(words(LOCATION_TYPES)),
          status: Type.Optional(words(['ACTIVE', 'ARCHIVED'])),
          parent_id: Type.Optional(Type.String({ maxLength: 64 })),
        }),
        response: { 200: LocationPage, ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor, parent_id, ...filter } = request.query
      const after = cursor === undefined ? undefined : cursors.decode(listName(request), cursor)
      const rows = await locations.list(
        { ...filter, ...(parent_id !== undefined && { parentId: parent_id }) },
        after && String(after[0]),
        limit + 1,
      )
      return pageOf(request, reply, cursors, rows, limit, (location) => [location.id], locationBody)
    },
  )

  app.post(
    '/locations',
    {
      config: WRITE,
      schema: {
        operationId: 'createLocation',
        tags: ['locations'],
        summary: 'Create a location',
        headers: KeyHeader,
        querystring: NoQuery,
        body: LocationInput,
        response: { 201: LocationOutput, ...problemResponses(400, 401, 403, 409, 422) },
      },
    },
    async (request, reply) => {
      const { code, name, type, parent_id: parentId = null, barcode = null } = request.body
      const draft = { code, name, type, parentId, barcode }
      const answer = await locations.create(idempotentCall(request), draft, (location) =>
        created(`/locations/${location.id}`, location.version, locationBody(location)),
      )
      return sendStored(reply, answer)
    },
  )

  app.get(
    '/locations/:location_id',
    {
      config: READ,
      schema: {
        operationId: 'readLocation',
        tags: ['locations'],
        summary: 'Read a location',
        params: Params,
        querystring: NoQuery,
        response: { 200: LocationOutput, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const location = found(await locations.find(request.params.location_id))
      return sendTagged(request, reply, location.version, locationBody(location))
    },
  )

  app.patch(
    '/locations/:location_id',
    {
      config: WRITE,
      schema: {
        operationId: 'changeLocation',
        tags: ['locations'],
        summary: 'Change a location by merge patch',
        params: Params,
        headers: IfMatchHeader,
        querystring: NoQuery,
        body: LocationPatchInput,
        response: { 200: LocationOutput, ...problemResponses(400, 401, 403, 404, 409, 412, 428) },
      },
    },
    async (request, reply) => {
      const location = found(
        await locations.change(request.params.location_id, (present) => {
          requireIfMatch(request, present.version)
          return draftOf(request.body, present)
        }),
      )
      return sendTagged(request, reply, location.version, locationBody(location))
    },
  )

  app.delete(
    '/locations/:location_id',
    {
      config: WRITE,
      schema: {
        operationId: 'archiveLocation',
        tags: ['locations'],
        summary: 'Archive an empty location',
        params: Params,
        headers: IfMatchHeader,
        querystring: NoQuery,
        response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 409, 412, 428) },
      },
    },
    async (request, reply) => {
      found(
        await locations.archive(request.params.location_id, (present) => {
          requireIfMatch(request, present.version)
        }),
      )
      return reply.code(204).send(null)
    },
  )
}

function found<T>(location: T | undefined): T {
  if (location === undefined)
    throw new ProblemError(problems.notFound, { detail: 'No location has this id.' })
  return location
}
