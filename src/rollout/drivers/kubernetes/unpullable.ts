/** The kubelet's reasons for a container whose image it cannot pull. Behind ErrImagePull it tries again. */
export const unpullable: readonly string[] = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']
