/**
 * What an account began in a time, by the primary key: ids are made of the moment (see `firstIdAt`), so that
 * no index of its own is needed, which every send would pay for. The account is compared in a way that no
 * index knows, or SQLite would rather read all its rows by `app_id` and sort them. Parameters: the first id,
 * the first id after the time, appId.
 */
export const IN_ID_RANGE = "id >= ? AND id < ? AND COALESCE(app_id, '') = ?";
