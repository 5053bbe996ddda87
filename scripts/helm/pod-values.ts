import type { HelmConfig } from './config.ts'
import { closed, flag, free, list, natural, positive, text, type ValueRow } from './value-row.ts'

/** How pods run: how many, where, as whom, and how Kubernetes looks after them. */
export function podRows(config: HelmConfig): readonly ValueRow[] {
  return [
    {
      key: 'replicas',
      comment: 'Pods of each service; more than one wants a ReadWriteMany volume.',
      value: 1,
      schema: natural,
    },
    {
      key: 'persistence',
      comment: 'Uploads and other state. Off: they are lost with the pod.',
      value: { enabled: true, size: config.storage, storageClass: '', accessMode: 'ReadWriteOnce', existingClaim: '' },
      schema: closed({
        enabled: flag,
        size: text,
        storageClass: text,
        accessMode: { enum: ['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'] },
        existingClaim: text,
      }),
    },
    { key: 'resources', comment: 'Requests and limits of each container.', value: {}, schema: free },
    ...careRows(),
    { key: 'podAnnotations', comment: 'Annotations of the pods.', value: {}, schema: free },
    { key: 'podLabels', comment: 'More labels of the pods.', value: {}, schema: free },
    { key: 'nodeSelector', comment: 'Where pods may run.', value: {}, schema: free },
    { key: 'tolerations', comment: 'Taints that pods tolerate.', value: [], schema: list },
    { key: 'affinity', comment: 'Where pods want to run.', value: {}, schema: free },
    {
      key: 'serviceAccount',
      comment: 'The pods need no rights; the hook that makes keys has an account of its own.',
      value: { create: true, name: '', annotations: {} },
      schema: closed({ create: flag, name: text, annotations: free }),
    },
    { key: 'nameOverride', comment: 'Another name in labels.', value: '', schema: text },
    { key: 'fullnameOverride', comment: 'Another name of everything.', value: '', schema: text },
  ]
}

/** Probes, the end of a pod, and the rights of its processes. */
function careRows(): readonly ValueRow[] {
  const probe = closed({ periodSeconds: positive, timeoutSeconds: positive, failureThreshold: positive })
  return [
    {
      key: 'probes',
      comment: 'How often a pod is asked whether it lives and can serve, in seconds. null leaves a probe out.',
      value: {
        startup: { periodSeconds: 5, timeoutSeconds: 10, failureThreshold: 60 },
        liveness: { periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 },
        readiness: { periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 3 },
      },
      schema: closed({ startup: probe, liveness: probe, readiness: probe }),
    },
    {
      key: 'terminationGracePeriodSeconds',
      comment: 'Seconds that a pod has for the requests it is answering when it must end.',
      value: 30,
      schema: positive,
    },
    {
      key: 'podDisruptionBudget',
      comment: 'Where there are several replicas, how many of them may be away while nodes are drained.',
      value: { enabled: true, maxUnavailable: 1 },
      schema: closed({
        enabled: flag,
        maxUnavailable: { oneOf: [positive, { type: 'string', pattern: '^[1-9][0-9]?%$' }] },
      }),
    },
    {
      key: 'podSecurityContext',
      comment: 'User and groups of the pods. null leaves them to a platform that chooses them, such as OpenShift.',
      value: { runAsUser: 10001, runAsGroup: 0, fsGroup: 10001, fsGroupChangePolicy: 'OnRootMismatch' },
      schema: closed({
        runAsUser: positive, // never root: the pods are restricted (Pod Security Standards)
        runAsGroup: natural,
        fsGroup: natural,
        fsGroupChangePolicy: { enum: ['OnRootMismatch', 'Always'] },
        supplementalGroups: list,
        seLinuxOptions: free,
      }),
    },
  ]
}
