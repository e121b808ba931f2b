// GraphQL as a GitLab CE speaks it: executed by the reference implementation over a schema without Duo, and refused in CE's words.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const SCHEMA = `
  type Query {
    currentUser: CurrentUser
    project(fullPath: ID!): Project
    projects(ids: [ID!], fullPaths: [String!]): ProjectConnection
    metadata: Metadata
    featureFlagEnabled(name: String!): Boolean!
  }
  type CurrentUser { id: ID! username: String! name: String avatarUrl: String webUrl: String! }
  type Project { id: ID! fullPath: ID! name: String! webUrl: String namespace: Namespace }
  type Namespace { id: ID! fullPath: ID! }
  type ProjectConnection { nodes: [Project!] edges: [ProjectEdge!] }
  type ProjectEdge { node: Project }
  type Metadata { version: String! featureFlags(names: [String!]!): [FeatureFlag!]! }
  type FeatureFlag { name: String! enabled: Boolean! }
`;
const PROJECT = {
  id: 'gid://gitlab/Project/7', fullPath: 'group/project', name: 'project', webUrl: 'https://gitlab.test/group/project',
  namespace: { id: 'gid://gitlab/Group/3', fullPath: 'group' },
};
const ROOT = {
  currentUser: { id: 'gid://gitlab/User/42', username: 'alice', name: 'Alice', webUrl: 'https://gitlab.test/alice' },
  featureFlagEnabled: () => false,
  project: ({ fullPath }) => (fullPath.toLowerCase() === PROJECT.fullPath ? PROJECT : null),
  projects: () => ({ nodes: [PROJECT], edges: [{ node: PROJECT }] }),
};

/** What answers questions to that version; `folder` is where the reference implementation is installed. */
export function graphqlOfCe(folder, version) {
  const { buildSchema, execute, parse, validate } = createRequire(join(folder, 'package.json'))('graphql');
  const schema = buildSchema(SCHEMA);
  const metadata = { version, featureFlags: ({ names }) => names.map((name) => ({ name, enabled: false })) };
  const rootValue = { ...ROOT, metadata };
  return async ({ query, variables, operationName }) => {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors: errors.map(inWordsOfCe) };
    return execute({ schema, document, rootValue, variableValues: variables, operationName });
  };
}

/** graphql-ruby says of an unknown field where it stands, of what type it is asked, and that under a code. */
function inWordsOfCe({ message, locations }) {
  const [, fieldName, typeName] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message) ?? [];
  if (!fieldName) return { message, locations };
  return {
    message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
    locations, path: ['query', fieldName], extensions: { code: 'undefinedField', typeName, fieldName },
  };
}
