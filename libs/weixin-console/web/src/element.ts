// The components of Element Plus that the console uses, with their styles as files: none of them adds a style
// element while the page runs, which its content security policy would refuse.
import 'element-plus/theme-chalk/el-overlay.css';
import 'element-plus/theme-chalk/el-dialog.css';
import 'element-plus/theme-chalk/el-drawer.css';
import 'element-plus/theme-chalk/el-message.css';
import 'element-plus/theme-chalk/el-switch.css';
import './styles/element.css';

export { ElDialog, ElDrawer, ElMessage, ElSwitch } from 'element-plus';
