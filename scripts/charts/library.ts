/** The library chart. */
export const libraryFolder: URL = new URL('../../charts/lastcall-lib/', import.meta.url)

/** Its copy, where helm finds it as a dependency of the application chart. */
export const copyFolder: URL = new URL('../../charts/lastcall/charts/lastcall-lib/', import.meta.url)

/** What is copied: its documentation is not. */
export const copiedParts: readonly string[] = ['Chart.yaml', '.helmignore', 'templates']
