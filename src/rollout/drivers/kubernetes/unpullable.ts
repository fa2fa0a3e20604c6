/** The kubelet's reasons for an image that it cannot pull. After ErrImagePull it tries again. */
export const unpullable: readonly string[] = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']
