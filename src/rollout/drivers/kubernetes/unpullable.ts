/** Why a container waits whose image the cluster cannot pull, in the kubelet's words. */
export const unpullable: readonly string[] = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']
