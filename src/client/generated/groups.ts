// Written by `bun run client`.
import * as exec from "./exec.ts";

export const GROUPS = {
  health: {
    check: exec.healthCheck,
  },
  monitor: {
    getStats: exec.monitorGetStats,
    getActiveRequests: exec.monitorGetActiveRequests,
    listMonitorScripts: exec.monitorListMonitorScripts,
    getScriptPerformance: exec.monitorGetScriptPerformance,
    prometheusExport: exec.monitorPrometheusExport,
  },
  system: {
    openapiJson: exec.systemOpenapiJson,
    openapiYaml: exec.systemOpenapiYaml,
    getRestartStatus: exec.systemGetRestartStatus,
    restartServer: exec.systemRestartServer,
  },
  scripts: {
    read: exec.scriptsRead,
    write: exec.scriptsWrite,
    delete: exec.scriptsDelete,
    list: exec.scriptsList,
    tree: exec.scriptsTree,
    move: exec.scriptsMove,
  },
  validate: {
    script: exec.validateScript,
    syntax: exec.validateSyntax,
    typescript: exec.validateTypescript,
    dependencies: exec.validateDependencies,
    magicComments: exec.validateMagicComments,
    returnType: exec.validateReturnType,
  },
  magic: {
    schema: exec.magicSchema,
    read: exec.magicRead,
    update: exec.magicUpdate,
    bulkUpdate: exec.magicBulkUpdate,
  },
  templates: {
    list: exec.templatesList,
    preview: exec.templatesPreview,
    generate: exec.templatesGenerate,
    createCustom: exec.templatesCreateCustom,
    updateCustom: exec.templatesUpdateCustom,
    deleteCustom: exec.templatesDeleteCustom,
  },
  logs: {
    list: exec.logsList,
    read: exec.logsRead,
    search: exec.logsSearch,
    stream: exec.logsStream,
    clear: exec.logsClear,
  },
  cache: {
    clear: exec.cacheClear,
  },
  state: {
    get: exec.stateGet,
    set: exec.stateSet,
    clear: exec.stateClear,
  },
  dependencies: {
    bundled: exec.dependenciesBundled,
    check: exec.dependenciesCheck,
    install: exec.dependenciesInstall,
  },
  package: {
    read: exec.packageRead,
    init: exec.packageInit,
    update: exec.packageUpdate,
    install: exec.packageInstall,
    compare: exec.packageCompare,
    compareByGet: exec.packageCompareByGet,
    pin: exec.packagePin,
  },
  route: {
    resolve: exec.routeResolve,
    discover: exec.routeDiscover,
    test: exec.routeTest,
  },
  schedules: {
    list: exec.schedulesList,
    trigger: exec.schedulesTrigger,
    reload: exec.schedulesReload,
    history: exec.schedulesHistory,
  },
  sdk: {
    import: exec.sdkImport,
    list: exec.sdkList,
    get: exec.sdkGet,
    delete: exec.sdkDelete,
  },
  openapi: {
    list: exec.openapiList,
    generate: exec.openapiGenerate,
    spec: exec.openapiSpec,
    schema: exec.openapiSchema,
    validate: exec.openapiValidate,
    merge: exec.openapiMerge,
  },
  ids: {
    list: exec.idsList,
  },
  docs: {
    page: exec.docsPage,
    viewerScript: exec.docsViewerScript,
    viewerStyle: exec.docsViewerStyle,
    scalarScript: exec.docsScalarScript,
  },
} as const;
