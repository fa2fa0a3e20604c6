import { installAuto } from './install.ts'

installAuto()
