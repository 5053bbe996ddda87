/** An installed application that runs, as the black-box script and the acceptance tests see it. */
export interface RunningApp {
  /** Where it answers over plain HTTP, such as `http://127.0.0.1:18000`; the same after a restart. */
  readonly url: string
  /** Ends it and starts it again on the same state and database, as the channel's users would; need not wait for it. */
  restart(): Promise<void>
  /** Runs the channel's own command with these words (`['version']`, `['paths']`) and gives what it printed. */
  exec(words: readonly string[]): Promise<string>
  /** Ends it and removes what `start` made, its state included. */
  stop(): Promise<void>
}

/** A running application whose release can be replaced by a later one, as the channel's users do it: state and database stay. */
export interface UpgradableApp<Release> extends RunningApp {
  upgrade(release: Release): Promise<void>
}

/**
 * How one kind of artifact is installed and started by its real consumer: apt and systemd, pip, a container engine, a cluster.
 * A driver takes its artifacts, its database and its ports when it is made; `start` installs and starts, without waiting until
 * the application answers (the step `ready` does), and leaves nothing behind when it fails.
 */
export interface Channel {
  /** As the report shows it: `deb on Debian 12`. */
  readonly name: string
  start(): Promise<RunningApp>
}
