// The frame: signing in, navigation, what pages share. One line an entry: 简体, 繁體, English.

import type { Entry } from "../words.ts";

const entry = (hans: string, hant: string, en: string): Entry => ({ "zh-Hans": hans, "zh-Hant": hant, en });

export const frame = {
  console: entry("运营控制台", "營運控制台", "Operator's console"),
  language: entry("语言", "語言", "Language"),
  main: entry("主导航", "主導覽", "Main"),
  skip: entry("跳到内容", "跳到內容", "Skip to content"),
  loading: entry("请稍候…", "請稍候…", "One moment…"),
  retry: entry("重试", "重試", "Try again"),
  cancel: entry("取消", "取消", "Cancel"),
  today: entry("今天", "今天", "today"),
  yes: entry("是", "是", "yes"),
  no: entry("否", "否", "no"),
  close: entry("关闭", "關閉", "Close"),
  all_operators: entry("全部运营单位", "全部營運單位", "All operators"),
  operator: entry("运营单位", "營運單位", "Operator"),
  day: entry("运营日", "營運日", "Service day"),
  from: entry("从", "從", "From"),
  until: entry("到", "到", "Until"),
  state: entry("状态", "狀態", "State"),
  amount: entry("金额", "金額", "Amount"),
  action: entry("操作", "操作", "Action"),

  sign_in_title: entry("登录", "登入", "Sign in"),
  sign_in_lead: entry("仅限工作人员。", "僅限工作人員。", "For staff only."),
  name: entry("姓名", "姓名", "Name"),
  password: entry("密码", "密碼", "Password"),
  code: entry("验证器中的 6 位数字", "驗證器中的 6 位數字", "Six digits of the authenticator"),
  sign_in: entry("登录", "登入", "Sign in"),
  sign_out: entry("退出登录", "登出", "Sign out"),
  session_over: entry(
    "会话已结束，请重新登录。您在这里填写的内容不会被保存。",
    "工作階段已結束，請重新登入。您在這裡填寫的內容不會被儲存。",
    "The session has ended. Sign in again to go on; what was being typed is not kept.",
  ),
  wrong_sign_in: entry(
    "姓名、密码或动态码不对。动态码 30 秒内有效，也请检查手机时间。",
    "姓名、密碼或動態碼不對。動態碼 30 秒內有效，也請檢查手機時間。",
    "Name, password or code is wrong. A code is good for 30 seconds; check the phone's clock too.",
  ),
  totp_used: entry(
    "这个动态码已经用过，请等下一个（最多 30 秒）。",
    "這個動態碼已經用過，請等下一個（最多 30 秒）。",
    "This code was used already. Wait for the next one, at most 30 seconds.",
  ),
  too_many_sign_ins: entry(
    "失败次数太多，请在 {n} 分钟后再试。",
    "失敗次數太多，請在 {n} 分鐘後再試。",
    "Too many sign-ins failed. Try again in {n} min.",
  ),
  code_bad: entry("请填写 6 位数字。", "請填寫 6 位數字。", "Write the six digits."),

  role_operator: entry("设备运营", "設備營運", "Operator"),
  role_agent: entry("客服", "客服", "Agent"),
  role_accountant: entry("会计", "會計", "Accountant"),
  role_auditor: entry("审计", "審計", "Auditor"),
  role_admin: entry("管理员", "管理員", "Administrator"),

  problem_offline: entry("没有网络，什么都没有改变。", "沒有網路，什麼都沒有改變。", "No network. Nothing was changed."),
  problem_busy: entry(
    "系统正忙，什么都没有改变，请再试一次。",
    "系統正忙，什麼都沒有改變，請再試一次。",
    "The back office is busy. Nothing was changed; try again.",
  ),
  problem_forbidden: entry(
    "您的角色不能打开这里：{detail}",
    "您的角色不能打開這裡：{detail}",
    "Your role does not open this: {detail}",
  ),
  problem_same_person: entry(
    "谁申请，谁就不能审批。请由另一位同事决定。",
    "誰申請，誰就不能審批。請由另一位同事決定。",
    "Who asked cannot decide. Another person has to.",
  ),
  problem_other: entry("没有成功：{detail}", "沒有成功：{detail}", "It did not work: {detail}"),

  not_for_you: entry("这个页面不对您的角色开放", "這個頁面不對您的角色開放", "This page is not open to your role"),
  not_for_you_why: entry(
    "您以“{role}”身份登录。如果需要，请联系管理员。",
    "您以「{role}」身分登入。如果需要，請聯絡管理員。",
    "You are signed in as {role}. If you need it, ask an administrator.",
  ),

  sessions_title: entry("登录与会话", "登入與工作階段", "Sign-ins"),
  sessions_lead: entry(
    "每个登录的浏览器都在这里。不认识的请立即结束，并更换密码（ridecode staff password）。服务器重启后所有人都需重新登录。",
    "每個登入的瀏覽器都在這裡。不認識的請立即結束，並更換密碼（ridecode staff password）。伺服器重新啟動後所有人都需重新登入。",
    "Every browser that is signed in. End what you do not know, and change the password (ridecode staff password). When the server starts again everybody signs in anew.",
  ),
  session_who: entry("谁", "誰", "Who"),
  session_device: entry("浏览器", "瀏覽器", "Browser"),
  session_address: entry("地址", "位址", "Address"),
  session_since: entry("登录时间", "登入時間", "Since"),
  session_last: entry("最近使用", "最近使用", "Last seen"),
  session_this: entry("当前浏览器", "目前瀏覽器", "this browser"),
  session_end: entry("结束", "結束", "End"),
  session_end_of: entry("结束 {name} 的会话", "結束 {name} 的工作階段", "End the session of {name}"),
  session_on: entry("{browser}，{system}", "{browser}，{system}", "{browser} on {system}"),
};
