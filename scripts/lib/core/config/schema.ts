import { z } from 'zod'
import type { Format } from '../format.ts'
import { rehearsalSteps } from '../rehearsal.ts'
import { depsSection } from './deps-section.ts'
import { releaseSection } from './release-section.ts'
import { runtimeSection } from './runtime-section.ts'
import { appSection, frontendsSection, pythonSection, sourceSection, versionSection } from './sections.ts'

/** The sections that are not formats; a missing one is read as `absent` where that is set. */
export const SECTIONS: Readonly<
  Record<string, { readonly schema: z.ZodType; readonly about: string; readonly absent?: unknown }>
> = {
  schema: { schema: z.literal(1), about: 'Version of this file: 1' },
  app: { schema: appSection, about: 'Who the application is' },
  version: { schema: versionSection, about: 'Where the version comes from', absent: {} },
  source: { schema: sourceSection, about: 'What the checkout is like', absent: {} },
  frontends: { schema: frontendsSection, about: 'What is built with Node', absent: [] },
  python: { schema: pythonSection, about: "The application's own code" },
  deps: { schema: depsSection, about: 'How third-party packages are resolved', absent: {} },
  runtime: { schema: runtimeSection, about: 'How the application runs' },
  rehearse: { schema: rehearsalSteps, about: 'Steps that each installed artifact must pass', absent: [] },
  release: { schema: releaseSection, about: 'Where it is published', absent: {} },
}

/** A JSON Schema (draft 2020-12), as far as this project reads it. */
export interface JsonSchema {
  readonly description?: string
  readonly default?: unknown
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
}

/** The JSON Schema of the whole file: for editors, for the documentation, and for "did you mean". */
export function configJsonSchema(formats: readonly Format[]): JsonSchema {
  const own = Object.entries(SECTIONS).map(([name, { schema, about, absent }]) => {
    return [name, absent === undefined ? schema.describe(about) : schema.describe(about).optional()] as const
  })
  const rooms = formats.map(({ name, schema }) => {
    return [name, schema.describe(schema.description ?? `What is made for the format ${name}`).optional()] as const
  })
  const whole = z.strictObject(Object.fromEntries([...own, ...rooms]))
  return z.toJSONSchema(whole, { io: 'input', override: ({ jsonSchema }) => withoutFullStop(jsonSchema) }) as JsonSchema
}

/** Descriptions end without a full stop, so that they can stand inside a sentence. */
function withoutFullStop(schema: { description?: string | undefined }): void {
  if (schema.description !== undefined) schema.description = schema.description.replace(/\.$/, '')
}
