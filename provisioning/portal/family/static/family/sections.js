// The page's sections: what fills each. A module exports `start(section, argument)`, which gives what stops it.

import * as block from "./block.js";
import * as budgets from "./budgets.js";
import * as code from "./code.js";
import * as ended from "./ended.js";
import * as first from "./first.js";
import * as orders from "./orders.js";
import * as passes from "./passes.js";
import * as payments from "./payments.js";
import * as share from "./share.js";
import * as shop from "./shop.js";
import * as shops from "./shops.js";

export const SECTIONS = { first, pay: code, left: budgets, payments, shops, shop, orders, share, block, ended, passes };
